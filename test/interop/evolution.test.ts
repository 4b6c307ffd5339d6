/**
 * Evolution's data server (3.46 was the one tried), what GNOME's calendar and contacts stand on,
 * driven without a screen by support/evolution.py: discovery, and changes both ways. Skipped where
 * evolution-data-server, gir1.2-ecal-2.0, gir1.2-ebook-1.2, python3-gi, dbus or gnome-keyring is
 * not installed.
 */
import { missingEvolution, startEvolution } from "../support/evolution.ts";
import { cardText, eventText, taskText } from "../support/objects.ts";
import { testUnlessMissing } from "../support/programs.ts";
import { testServer } from "../support/server.ts";

const COLLECTIONS = [
  ["calendar", "/dav/calendars/alice/calendar/", "ics", eventText],
  ["tasks", "/dav/calendars/alice/tasks/", "ics", taskText],
  ["addressbook", "/dav/addressbooks/alice/addressbook/", "vcf", cardText],
] as const;

testUnlessMissing(
  missingEvolution(),
  "Evolution's data server discovers all collections and carries changes both ways",
  async (t) => {
    t.timeout(300_000);
    const server = await testServer(t);
    const ask = (method: string, target: string, body = "") =>
      server.send({ method, target, user: "alice", headers: {}, body });
    const evolution = await startEvolution(t, server);
    t.deepEqual(evolution.opened, ["addressbook", "calendar", "tasks"]);

    for (const [name, home, extension, text] of COLLECTIONS) {
      const theirs = `${home}theirs.${extension}`;
      const uid = await evolution.create(name, componentOf(text("ours", "Ours")));
      const ours = `${home}${uid}.${extension}`;
      t.regex((await ask("GET", ours)).body, /^(SUMMARY|FN):Ours\r$/m);
      t.is(await evolution.rename(name, uid, "Ours anew"), true);
      t.regex((await ask("GET", ours)).body, /^(SUMMARY|FN):Ours anew\r$/m);

      t.is((await ask("PUT", theirs, text("theirs", "Theirs"))).status, 201);
      t.deepEqual(await evolution.names(name, ["Ours anew", "Theirs"]), ["Ours anew", "Theirs"]);
      t.is((await ask("PUT", theirs, text("theirs", "Theirs anew"))).status, 204);
      const both = ["Ours anew", "Theirs anew"];
      t.deepEqual(await evolution.names(name, both), both);

      t.is((await ask("DELETE", theirs)).status, 204);
      t.deepEqual(await evolution.names(name, ["Ours anew"]), ["Ours anew"]);
      t.is(await evolution.remove(name, uid), true);
      t.is((await ask("GET", ours)).status, 404);
    }
  },
);

/** Evolution takes an event or task without the VCALENDAR around it, a card as it is. */
function componentOf(text: string): string {
  return /BEGIN:(VEVENT|VTODO)[\s\S]*END:\1/.exec(text)?.[0] ?? text;
}
