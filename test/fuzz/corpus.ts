import { globSync } from "node:fs";
import { join } from "node:path";
import { readTranscript, type Transcript } from "../support/transcript.ts";
import { readXml, xmlPool, type XmlPool } from "./mutate-xml.ts";

const FOLDER = join(import.meta.dirname, "../transcripts");

/** What stands in the requests of all transcripts, by sort. */
export interface Corpus {
  readonly transcripts: readonly Transcript[];
  readonly methods: readonly string[];
  readonly targets: readonly string[];
  /** Header name in lower case → the values it has. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly bodies: readonly string[];
  readonly xml: XmlPool;
  /** Lines of iCalendar and vCard. */
  readonly lines: readonly string[];
}

/** Headers that few transcripts have, or none, with values to begin with. */
const HEADERS: Readonly<Record<string, readonly string[]>> = {
  accept: ["text/calendar", "application/calendar+json", "text/vcard;version=4.0", "*/*;q=0"],
  brief: ["t"],
  "caldav-timezones": ["F"],
  "content-encoding": ["gzip"],
  "content-type": [
    "application/calendar+json",
    "application/vcard+xml",
    "text/calendar; charset=x",
  ],
  depth: ["0", "1", "infinity", "1,noroot"],
  destination: ["/dav/files/alice/x", "/dav/calendars/alice/calendar/x.ics"],
  if: ["(<a>)", '</dav/> (Not <b> ["c"]) (["d"])'],
  "if-match": ["*", '"a", "b"'],
  "if-modified-since": ["Thu, 26 Nov 2026 10:00:00 GMT"],
  "if-none-match": ["*", '"a"'],
  "if-range": ['"a"'],
  "if-unmodified-since": ["Thu, 26 Nov 2026 10:00:00 GMT"],
  "lock-token": ["<urn:uuid:a>"],
  overwrite: ["T", "F"],
  prefer: ["return=minimal", "return=representation, depth-noroot", 'a="b"; c'],
  "push-dont-notify": ["*", '"a"'],
  range: ["bytes=0-1", "bytes=-5", "bytes=1-"],
  slug: ["a.ics"],
  timeout: ["Second-10", "Infinite, Second-4100000000"],
  "user-agent": ["MSFT-WP/8.10", "macOS/13", "Thunderbird", "iOS/17 dataaccessd/1.0", "DAVx5/4"],
};

/** Reads the transcripts of alice and bob. */
export function readCorpus(): Corpus {
  const all = globSync(join(FOLDER, "**/*.http")).sort().map(readTranscript);
  const transcripts = all.filter(({ users }) => users.length === 0);
  const exchanges = transcripts.flatMap((transcript) => transcript.exchanges);
  const headers = new Map(Object.entries(HEADERS));
  for (const [name, value] of exchanges.flatMap((exchange) => exchange.headers)) {
    headers.set(name, [...(headers.get(name) ?? []), value]);
  }
  const bodies = [...new Set(exchanges.map(({ body }) => body))];
  const roots = bodies.map(readXml).filter((root) => root !== null);
  const objects = bodies.filter((body) => body.includes("BEGIN:V"));
  return {
    transcripts,
    methods: [...new Set(exchanges.map(({ method }) => method))],
    targets: [...new Set(exchanges.map(({ target }) => target))],
    headers,
    bodies,
    xml: xmlPool(roots),
    lines: [...new Set(objects.flatMap((body) => body.split("\n")))],
  };
}
