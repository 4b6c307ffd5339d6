/**
 * khal (0.10 was the one tried), a calendar for the terminal, over a folder that vdirsyncer keeps
 * in step: it shows the server's events, and what is entered there reaches the server. Skipped
 * where khal or vdirsyncer is not installed.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { eventText } from "../support/objects.ts";
import { runProgram, missingPrograms, testUnlessMissing } from "../support/programs.ts";
import { testServer } from "../support/server.ts";
import { vdir } from "../support/vdirsyncer.ts";

const CONFIGURATION = `
[calendars]
[[alice]]
path = ~/calendars/calendar
[locale]
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
[default]
default_calendar = alice
`;

testUnlessMissing(
  missingPrograms(["vdirsyncer", "khal"]),
  "khal shows what is on the server and adds to it",
  async (t) => {
    const server = await testServer(t);
    const local = await vdir(t, server);
    await writeFile(join(local.folder, "khal.conf"), CONFIGURATION);
    const khal = async (...args: readonly string[]) => {
      const settings = { cwd: local.folder };
      return (await runProgram("khal", ["-c", "khal.conf", ...args], settings)).output;
    };
    const ask = (method: string, target: string, body: string) =>
      server.send({ method, target, user: "alice", headers: { depth: "1" }, body });

    await ask("PUT", "/dav/calendars/alice/calendar/a.ics", eventText("a", "Dentist"));
    await local.must("discover");
    await local.must("sync");
    t.regex(await khal("list", "2026-11-24", "1d"), /2026-11-24\n10:00-11:00 Dentist\n/);

    await khal("new", "2026-11-25", "14:00", "15:00", "Lunch");
    await local.must("sync");
    const query = `<C:calendar-query xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">
    <prop><C:calendar-data/></prop>
    <C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">
      <C:time-range start="20261125T000000Z" end="20261126T000000Z"/>
    </C:comp-filter></C:comp-filter></C:filter></C:calendar-query>`;
    const found = await ask("REPORT", "/dav/calendars/alice/calendar/", query);
    t.regex(found.body, /SUMMARY:Lunch/);
    t.notRegex(found.body, /SUMMARY:Dentist/);
  },
);
