/** A form in which something can be served. */
export interface Offer {
  readonly type: string;
  /** Older names of the type. */
  readonly aliases?: readonly string[];
  /** What the version parameter of a media range must say, where it says anything. */
  readonly version?: string;
}

/** One media range of an Accept header. */
interface MediaRange {
  readonly type: string;
  readonly version: string | undefined;
  readonly quality: number;
}

/** How well an offer suits. */
interface Match<T extends Offer> {
  readonly offer: T;
  readonly quality: number;
  readonly exactness: number;
}

/**
 * What a client likes best of what is offered (RFC 9110 section 12.5.1): of what it likes the same, what it
 * names most exactly, and then what is offered first.
 *
 * @returns null when it takes none of them
 */
export function preferredOffer<T extends Offer>(
  accept: string | undefined,
  offered: readonly T[],
): T | null {
  const ranges = readRanges(accept || "*/*");
  const [best] = offered
    .map((offer) => matchOf(offer, ranges))
    .toSorted((a, b) => b.quality - a.quality || b.exactness - a.exactness);
  return best !== undefined && best.quality > 0 ? best.offer : null;
}

/** The media type that a client likes best of those offered; the first one when it takes none of them. */
export function preferredType<T extends string>(
  accept: string | undefined,
  offered: readonly [T, ...T[]],
): T {
  const offers = offered.map((type) => ({ type }));
  return preferredOffer(accept, offers)?.type ?? offered[0];
}

/** Whether a client names one of the types as one that it takes. */
export function acceptsAny(accept: string | undefined, types: ReadonlySet<string>): boolean {
  return readRanges(accept ?? "").some(({ type, quality }) => quality > 0 && types.has(type));
}

function readRanges(accept: string): MediaRange[] {
  return accept.toLowerCase().split(",").map(readRange);
}

function readRange(text: string): MediaRange {
  const [type = "", ...parameters] = text.split(";").map((part) => part.trim());
  const values = new Map(
    parameters.map((parameter) => {
      const [name = "", value = ""] = parameter.split("=");
      return [name.trim(), value.trim().replaceAll('"', "")];
    }),
  );
  const quality = Number(values.get("q") ?? "1");
  return {
    type,
    version: values.get("version"),
    quality: Number.isFinite(quality) ? quality : 0,
  };
}

/** The most specific range decides, of two that are so the first. */
function matchOf<T extends Offer>(offer: T, ranges: readonly MediaRange[]): Match<T> {
  let best = { quality: 0, exactness: -1 };
  for (const range of ranges) {
    const exactness = exactnessOf(offer, range);
    if (exactness > best.exactness) best = { quality: range.quality, exactness };
  }
  return { offer, ...best };
}

/** How exactly a range names an offer; -1 when it does not cover it. */
function exactnessOf({ type, aliases = [], version }: Offer, range: MediaRange): number {
  if (range.type === "*/*") return 0;
  if (range.type === `${type.split("/")[0]}/*`) return 1;
  if (range.type !== type && !aliases.includes(range.type)) return -1;
  if (range.version === undefined || version === undefined) return 2;
  return range.version === version ? 3 : -1;
}
