import type { DavRequest } from "./request.ts";

/**
 * The media type that a client likes best of those offered (RFC 9110 section 12.5.1); the first one when it
 * likes them the same, says nothing, or takes none of them.
 */
export function preferredType<T extends string>(
  request: DavRequest,
  offered: readonly [T, ...T[]],
): T {
  const ranges = (request.headers["accept"] ?? "").split(",").flatMap(readRange);
  let best: { readonly type: T; readonly quality: number } = { type: offered[0], quality: 0 };
  for (const type of offered) {
    const quality = qualityOf(type, ranges);
    if (quality > best.quality) best = { type, quality };
  }
  return best.type;
}

interface MediaRange {
  readonly type: string;
  readonly quality: number;
}

function readRange(text: string): MediaRange[] {
  const [type = "", ...parameters] = text.toLowerCase().split(";");
  if (!type.includes("/")) return [];
  const given = parameters.map((each) => /^\s*q\s*=\s*([\d.]+)/.exec(each)?.[1]);
  const quality = Number(given.find((value) => value !== undefined) ?? 1);
  return [{ type: type.trim(), quality: Number.isNaN(quality) ? 0 : quality }];
}

/** The most specific range decides. */
function qualityOf(type: string, ranges: readonly MediaRange[]): number {
  const patterns = [type, `${type.split("/")[0]}/*`, "*/*"];
  for (const pattern of patterns) {
    const found = ranges.find((range) => range.type === pattern);
    if (found !== undefined) return found.quality;
  }
  return 0;
}
