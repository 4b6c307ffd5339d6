import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import type { ExecutionContext } from "ava";
import {
  CalendarError,
  checkCalendarObject,
  matchesCalendar,
  occurrences,
  parseCalendar,
  renderCalendar,
  splitCalendar,
} from "../../../dav/icalendar/index.ts";
import { decodeText } from "../../../dav/text.ts";
import type { Calendar, ComponentFilter, TimeRange } from "../../../dav/icalendar/index.ts";
import { CORPUS_ICS } from "../../data/corpus-ics.ts";
import { corpusFolder } from "../../support/corpus.ts";

const FOLDER = corpusFolder("ics");
const NOW = Date.UTC(2026, 10, 22) / 1000;
const YEAR = 366 * 86_400;

const files = existsSync(FOLDER) ? readdirSync(FOLDER).sort() : [];
const corpus = files.length > 0 ? test : test.skip;
if (files.length === 0) test("the corpus is not here, its tests are skipped", (t) => t.pass());

function read(file: string): string {
  return decodeText(readFileSync(join(FOLDER, file))).text;
}

function outcome(text: string): string {
  try {
    checkCalendarObject(parseCalendar(text));
    return "accepted";
  } catch (error) {
    if (error instanceof CalendarError) return error.condition;
    throw error;
  }
}

function timeFilter(name: string, timeRange: TimeRange): ComponentFilter {
  const empty = { isNotDefined: false, properties: [] };
  const inner = { ...empty, name, timeRange, components: [] };
  return { ...empty, name: "VCALENDAR", timeRange: null, components: [inner] };
}

corpus("every file of the corpus is listed with its outcome", (t) => {
  t.deepEqual(
    files.filter((file) => CORPUS_ICS[file] === undefined),
    [],
  );
});

corpus("every file of the corpus is accepted or refused as listed", (t) => {
  for (const file of files)
    t.is(outcome(read(file)), CORPUS_ICS[file]?.split(":")[0] ?? "not listed", file);
});

/** A range that finds the first row, and one that finds none. */
function probe(t: ExecutionContext, calendar: Calendar, told: string): void {
  const { component } = checkCalendarObject(calendar);
  const rows = occurrences(calendar, { now: NOW });
  for (const { starts, ends, exact } of rows.slice(0, 3)) {
    if (!exact) continue;
    const hit = matchesCalendar(
      calendar,
      timeFilter(component, { start: starts, end: ends }),
      null,
    );
    t.is(hit, true, told);
  }
  const last = rows.reduce((latest, { ends }) => Math.max(latest, ends), 0);
  if (last === Number.MAX_SAFE_INTEGER) return;
  const miss = matchesCalendar(
    calendar,
    timeFilter(component, { start: last, end: last + YEAR }),
    null,
  );
  t.is(miss, false, told);
}

corpus("every accepted file can be indexed and searched", (t) => {
  for (const file of files) {
    if (CORPUS_ICS[file] === "accepted") probe(t, parseCalendar(read(file)), file);
  }
});

corpus(
  "every accepted file can be expanded into something that has neither rules nor zones",
  (t) => {
    const as = {
      selection: null,
      limitRecurrences: null,
      limitFreeBusy: null,
      timezones: null,
    };
    const expand = { start: NOW - 30 * YEAR, end: NOW + YEAR };
    for (const file of files) {
      if (CORPUS_ICS[file] !== "accepted") continue;
      let left = 1000;
      const spend = () => {
        if (left-- === 0) throw new RangeError("that is enough");
      };
      try {
        const expanded = renderCalendar(read(file), { ...as, expand }, null, spend);
        t.notRegex(expanded, /^(?:RRULE|RDATE|EXDATE|BEGIN:VTIMEZONE|[^:]*;TZID=)/m, file);
        t.is(parseCalendar(expanded).name, "VCALENDAR");
      } catch (error) {
        t.true(error instanceof RangeError, `${file}: ${String(error)}`);
      }
    }
  },
);

corpus("files of many objects come apart into objects that are accepted", (t) => {
  let objects = 0;
  for (const file of files) {
    const text = read(file);
    try {
      const split = splitCalendar(text);
      for (const object of split.objects) probe(t, parseCalendar(object.text), file);
      for (const { uid, error } of split.refused) t.log(`${file} ${uid}: ${error.message}`);
      objects += split.objects.length;
      t.deepEqual(splitCalendar(text), split, file);
    } catch (error) {
      if (!(error instanceof CalendarError)) throw error;
      t.is(CORPUS_ICS[file]?.split(":")[0], "valid-calendar-data", file);
    }
  }
  t.true(objects > 5000);
});
