import { draft } from "./draft.ts";
import { invalid } from "./error.ts";
import { escapeText } from "./property.ts";
import { basicTime, TIMES } from "./time-form.ts";
import { defaultType } from "./value-types.ts";
import { writeCard, type PropertyDraft } from "./write.ts";

/** As lenient as vCard is read. */
const NAME = /^[a-z0-9_./-]{1,255}$/i;
const MAX_PROPERTIES = 100_000;

/**
 * Writes jCard (RFC 7095) that a client sent as vCard 4.0.
 *
 * @param jcard as JSON gives it
 * @throws {CardError} `valid-address-data` when it is not jCard of one card
 */
export function textOfJcard(jcard: unknown): string {
  if (!Array.isArray(jcard) || jcard.length !== 2 || jcard[0] !== "vcard") {
    throw invalid("The text is no jCard.");
  }
  const properties: unknown = jcard[1];
  if (!Array.isArray(properties) || properties.length > MAX_PROPERTIES) {
    throw invalid("A jCard has an array of properties.");
  }
  const drafts = properties.map(draftOf);
  const version = drafts.find(({ name }) => name === "VERSION");
  if (version?.value !== "4.0") throw invalid("A jCard has the version 4.0.");
  return writeCard(
    "4.0",
    drafts.filter((each) => each !== version),
  );
}

function draftOf(property: unknown): PropertyDraft {
  if (!Array.isArray(property)) throw invalid("A property in jCard is an array.");
  const [given, parameters, type, ...values]: unknown[] = property;
  const name = nameOf(given);
  if (typeof parameters !== "object" || parameters === null || Array.isArray(parameters)) {
    throw invalid(`The parameters of ${name} are no object.`);
  }
  if (values.length === 0) throw invalid(`${name} has no value.`);
  const { group, ...rest } = Object.fromEntries(
    Object.entries(parameters).map(([key, value]) => [key.toLowerCase(), value]),
  );
  const kind = nameOf(type).toLowerCase();
  const isImplied = kind === "unknown" || kind === defaultType(name);
  const written = values.map((value) => valueOf(name, kind, value)).join(",");
  return {
    ...draft(name, written, { ...parametersOf(rest), ...(isImplied ? {} : { VALUE: [kind] }) }),
    group: group === undefined ? null : nameOf(group).toLowerCase(),
  };
}

function parametersOf(given: Readonly<Record<string, unknown>>): Record<string, string[]> {
  const entries = Object.entries(given).map(([key, value]): [string, string[]] => {
    const values: unknown[] = Array.isArray(value) ? value : [value];
    return [nameOf(key), values.map((each) => parameterValue(key, each))];
  });
  return Object.fromEntries(entries.filter(([name]) => name !== "VALUE"));
}

/** Line breaks in parameters have an escape of their own (RFC 6868). */
function parameterValue(name: string, value: unknown): string {
  const text = scalar(name, value);
  plain(name, text.replaceAll("\n", ""));
  return text;
}

function valueOf(name: string, type: string, value: unknown): string {
  if (Array.isArray(value)) {
    const parts: unknown[] = value;
    return parts
      .map((part) =>
        (Array.isArray(part) ? part : [part])
          .map((each) => escapeText(scalar(name, each)))
          .join(","),
      )
      .join(";");
  }
  const text = scalar(name, value);
  if (type === "text") return escapeText(text);
  return plain(name, TIMES.has(type) ? basicTime(type, text) : text);
}

function scalar(name: string, value: unknown): string {
  const isScalar = ["string", "number", "boolean"].includes(typeof value);
  if (isScalar) return String(value);
  throw invalid(`${name} has a value that is no text, number or boolean.`);
}

/** What is written unescaped must not begin another line. */
function plain(name: string, text: string): string {
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(text)) {
    throw invalid(`${name} has control characters.`);
  }
  return text;
}

function nameOf(given: unknown): string {
  if (typeof given === "string" && NAME.test(given)) return given.toUpperCase();
  throw invalid("A name in jCard is one of letters, digits and hyphens.");
}
