/**
 * python-caldav (0.11.0, Debian's python3-caldav, was the one tried), the library whose list of servers' faults this
 * project reads as its list of what not to do: driven by support/python-caldav.py in one process. Skipped where it is not
 * installed.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { runProgram, temporaryFolder, testUnlessMissing } from "../support/programs.ts";
import { PASSWORD, testServer } from "../support/server.ts";

/** The system's Python, because the library is a package of the system. */
const PYTHON = "/usr/bin/python3";
const DRIVER = join(import.meta.dirname, "../support/python-caldav.py");
const HOME = "/dav/calendars/alice/";

/** What every user of the library may expect, by the parts of the driver. */
const SEEN = {
  discovery: {
    principal: "/dav/principals/alice/",
    home: HOME,
    calendars: [`${HOME}calendar/`, `${HOME}tasks/`],
    components: { [`${HOME}calendar/`]: ["VEVENT"], [`${HOME}tasks/`]: ["VTODO"] },
    addresses: ["mailto:alice@example.org"],
  },
  making: { named: "Made", renamed: "Renamed", gone: true },
  events: {
    all: ["Dentist", "Party", "Run"],
    changed: "City",
    "by url": "Dentist",
    text: ["Party"],
    category: ["Dentist"],
    several: ["Dentist"],
    neither: [],
    range: ["Dentist", "Run"],
    "open end": ["Party", "Run"],
    "open start": ["Run"],
    far: ["Run"],
    expanded: ["23T06", "24T06", "24T10", "25T06"].map((time) => `2026-11-${time}:00:00+00:00`),
    "no component": ["Dentist", "Party", "Run"],
    multiget: ["Dentist"],
  },
  todos: {
    pending: ["Bins", "Plants", "Some day"],
    reopened: ["Bins", "Plants", "Some day", "Tax"],
    range: ["Plants", "Some day"],
    category: ["Tax"],
    expanded: ["2026-11-09T18:00:00+00:00"],
    "completed safely": ["2026-11-02T18:00:00+00:00", "2026-11-10T00:00:00+00:00"],
    "this and future": 3,
  },
  journals: { all: ["Rain", "Snow"], range: ["Rain"] },
  sync: { before: 3, added: [["New"], 0], removed: [0, 1], since: 1, unchanged: 0 },
  "free busy": [
    "FREEBUSY;FBTYPE=BUSY:20261124T060000Z/20261124T070000Z",
    "FREEBUSY;FBTYPE=BUSY:20261124T100000Z/20261124T110000Z",
  ],
};

const missing = spawnSync(PYTHON, ["-c", "import caldav"]).status === 0 ? [] : ["python3-caldav"];

testUnlessMissing(
  missing,
  "python-caldav finds its way, keeps events, tasks and journals, searches, syncs and asks for free and busy times",
  async (t) => {
    const { origin } = await testServer(t);
    const cwd = await temporaryFolder(t);
    const env = { PUSHDAV_PASSWORD: PASSWORD };
    const { code, output } = await runProgram(PYTHON, [DRIVER, `${origin}/`, "alice"], {
      cwd,
      env,
    });
    t.is(code, 0, output);
    const seen = JSON.parse(output.trimEnd().split("\n").at(-1) ?? "");
    t.deepEqual(seen, SEEN);
  },
);
