import type { TargetKind } from "../../../dav/capabilities.ts";
import { CONDITIONS } from "../../../dav/errors.ts";
import { commonHeaders, parsePath } from "../../../dav/index.ts";
import { METHODS } from "../../../dav/methods/index.ts";
import { LIVE_PROPERTIES } from "../../../dav/properties/index.ts";
import { EVERYWHERE } from "../../../dav/properties/property.ts";
import { REPORTS } from "../../../dav/reports/index.ts";
import { prefixOf, splitName, type QName } from "../../../dav/xml/names.ts";

const TARGETS: readonly TargetKind[] = [...EVERYWHERE, "unmapped", "unmapped-file"];

/** One URL of each kind of place, for the headers that stand on every answer there. */
const PLACES = [
  "/dav/",
  "/dav/principals/",
  "/dav/principals/NAME/",
  "/dav/calendars/NAME/",
  "/dav/calendars/NAME/CALENDAR/",
  "/dav/calendars/NAME/CALENDAR/EVENT.ics",
  "/dav/addressbooks/NAME/",
  "/dav/addressbooks/NAME/BOOK/",
  "/dav/addressbooks/NAME/BOOK/CARD.vcf",
  "/dav/files/NAME/",
] as const;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [head, head.map(() => "---"), ...rows].map(line).join("\n");
}

/** A name as this server's documents write it. */
function prefixed(name: QName): string {
  const { namespace, local } = splitName(name);
  return `${prefixOf(namespace) ?? namespace}:${local}`;
}

const code = (text: string) => `\`${text}\``;
const codes = (texts: readonly string[]) => texts.map(code).join(", ");
const mark = (is: boolean) => (is ? "✓" : "");

/** A kind's row says in which of the columns it is. */
function matrix(
  kinds: readonly TargetKind[],
  columns: readonly (readonly [name: string, on: ReadonlySet<string>])[],
): string {
  return table(
    ["", ...columns.map(([name]) => name)],
    kinds.map((kind) => [code(kind), ...columns.map(([, on]) => mark(on.has(kind)))]),
  );
}

function methods(): string {
  return matrix(
    TARGETS,
    [...METHODS.values()].map(({ name, on }) => [name, on]),
  );
}

const kinds = (on: ReadonlySet<string>) =>
  on.size === EVERYWHERE.length ? "everything" : codes(EVERYWHERE.filter((kind) => on.has(kind)));

function reports(): string {
  return table(
    ["Report", "On"],
    [...REPORTS.values()].map(({ name, on }) => [code(prefixed(name)), kinds(on)]),
  );
}

function properties(): string {
  return table(
    ["Property", "On", "In allprop", "Can be set"],
    [...LIVE_PROPERTIES.values()].map(({ name, on, allprop, settable }) => [
      code(prefixed(name)),
      kinds(on),
      allprop ? "yes" : "no",
      settable,
    ]),
  );
}

function conditions(): string {
  return table(
    ["Condition", "Status", "From"],
    Object.values(CONDITIONS).map(({ element, status, source }) => [
      code(prefixed(element)),
      String(status),
      source,
    ]),
  );
}

function headers(): string {
  return table(
    ["At", "DAV", "Allow"],
    PLACES.map((place) => {
      const path = parsePath(place);
      const { dav = "", allow = "" } = path ? commonHeaders(path, { webPush: true }) : {};
      return [code(place), dav, allow];
    }),
  );
}

/** @returns the generated part of docs/conformance.md: what the product's own tables say, in Markdown. */
export function conformanceTables(): string {
  return [
    "### Methods and the resources they work on",
    methods(),
    "### Reports",
    reports(),
    "### Live properties",
    properties(),
    "### Preconditions and postconditions",
    conditions(),
    "### What the DAV and Allow headers say",
    headers(),
  ].join("\n\n");
}
