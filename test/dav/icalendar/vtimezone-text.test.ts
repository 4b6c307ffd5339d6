import test from "ava";
import { floatingRange, timezoneText } from "../../../dav/icalendar/index.ts";

const DAY = 86_400;
const FROM = Date.UTC(1970, 0, 2) / 1000;
const TO = Date.UTC(2037, 11, 31) / 1000;

/** The offset of a zone at a moment; a VTIMEZONE under a name that is no zone is read for itself. */
function offset(zone: string, utc: number): number {
  return (floatingRange({ start: utc, end: null }, zone).start ?? 0) - utc;
}

test("the VTIMEZONE of a zone says what the zone says", (t) => {
  for (const tzid of Intl.supportedValuesOf("timeZone")) {
    const text = timezoneText(tzid)?.replace(/^TZID:.*$/m, "TZID:x") ?? "";
    for (let utc = FROM; utc < TO; utc += 5 * DAY + 5 * 3600) {
      if (offset(text, utc) === offset(tzid, utc)) continue;
      t.fail(`${tzid} differs at ${new Date(utc * 1000).toISOString()}:\n${text}`);
      return;
    }
  }
  t.pass();
});

test("changes that follow a yearly rule go on after 2037", (t) => {
  const summer = Date.UTC(2090, 6, 1) / 1000;
  for (const tzid of ["Europe/Berlin", "America/New_York", "Australia/Sydney"]) {
    const text = timezoneText(tzid)?.replace(/^TZID:.*$/m, "TZID:x") ?? "";
    t.is(offset(text, summer), offset(tzid, summer), tzid);
  }
});

test("a name that is no zone has no VTIMEZONE", (t) => {
  t.is(timezoneText("Middle/Earth"), null);
});
