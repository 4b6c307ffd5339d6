/**
 * Thunderbird (153 was the one tried), driven without a screen through Marionette by support/thunderbird.js:
 * discovery, and changes both ways. Skipped where thunderbird is not installed.
 */
import { cardText, eventText, taskText } from "../support/objects.ts";
import { missingPrograms, testUnlessMissing } from "../support/programs.ts";
import { eventually } from "../support/push.ts";
import { testServer } from "../support/server.ts";
import { startThunderbird } from "../support/thunderbird.ts";

const COLLECTIONS = [
  ["Calendar", "/dav/calendars/alice/calendar/", "ics", eventText],
  ["Tasks", "/dav/calendars/alice/tasks/", "ics", taskText],
  ["Contacts", "/dav/addressbooks/alice/addressbook/", "vcf", cardText],
] as const;

testUnlessMissing(
  missingPrograms(["thunderbird"]),
  "Thunderbird discovers all collections and carries changes both ways",
  async (t) => {
    t.timeout(300_000);
    const server = await testServer(t);
    const ask = (method: string, target: string, body = "") =>
      server.send({ method, target, user: "alice", headers: {}, body });
    const thunderbird = await startThunderbird(t, server);
    t.deepEqual(thunderbird.found, {
      calendars: ["Calendar", "Tasks"],
      addressBooks: ["Contacts"],
    });

    for (const [name, home, extension, text] of COLLECTIONS) {
      /** What the server has of the collection. */
      const stored = async () => {
        const { rows } = await server.pool.query<{ text: string }>(
          `select convert_from(data, 'UTF8') as text from object join collection c on c.id = collection_id
           join binding b on b.collection_id = c.id where b.name = $1 and data is not null order by uid`,
          [home.split("/").at(-2)],
        );
        return String(rows.map((row) => /^(?:SUMMARY|FN):(.*?)\r?$/m.exec(row.text)?.[1]));
      };
      const isStored = (names: string) =>
        eventually(async () => (await stored()) === names, `${names} at the server`);
      const shows = (names: string) =>
        eventually(
          async () => String(await thunderbird.names(name)) === names,
          `${names} in Thunderbird's ${name}`,
        );
      await shows("");
      await thunderbird.create(name, text("ours", "Ours"));
      await isStored("Ours");
      await thunderbird.rename(name, "Ours", "Ours anew");
      await isStored("Ours anew");

      const theirs = `${home}theirs.${extension}`;
      t.is((await ask("PUT", theirs, text("theirs", "Theirs"))).status, 201);
      await shows("Ours anew,Theirs");
      t.is((await ask("PUT", theirs, text("theirs", "Theirs anew"))).status, 204);
      await shows("Ours anew,Theirs anew");
      t.is((await ask("DELETE", theirs)).status, 204);
      await shows("Ours anew");
      await thunderbird.remove(name, "Ours anew");
      await isStored("");
    }
  },
);
