/** An event of an hour, as a client would write it. `start` is in UTC, like `20261124T100000Z`. */
export function eventText(uid: string, summary: string, start = "20261124T100000Z"): string {
  return calendarText([
    "BEGIN:VEVENT",
    `UID:${uid}`,
    "DTSTAMP:20261101T000000Z",
    `DTSTART:${start}`,
    "DURATION:PT1H",
    `SUMMARY:${summary}`,
    "END:VEVENT",
  ]);
}

/** A task without dates. */
export function taskText(uid: string, summary: string): string {
  return calendarText([
    "BEGIN:VTODO",
    `UID:${uid}`,
    "DTSTAMP:20261101T000000Z",
    `SUMMARY:${summary}`,
    "END:VTODO",
  ]);
}

/** A contact with nothing but a name. */
export function cardText(uid: string, name: string): string {
  const lines = ["BEGIN:VCARD", "VERSION:3.0", `UID:${uid}`, `FN:${name}`, `N:;${name};;;`];
  return [...lines, "END:VCARD", ""].join("\r\n");
}

function calendarText(component: readonly string[]): string {
  const lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//example//test//EN", ...component];
  return [...lines, "END:VCALENDAR", ""].join("\r\n");
}
