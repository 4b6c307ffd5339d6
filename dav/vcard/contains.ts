// Up to this length the engine's own search is quick enough even at its worst, which grows with the
// product of both lengths: half a minute for 100,000 characters in a million.
const SHORT = 64;

/** Whether text contains a string, in time that grows with the sum of their lengths (Knuth, Morris, Pratt). */
export function contains(text: string, wanted: string): boolean {
  if (wanted.length > text.length) return false;
  if (wanted.length <= SHORT) return text.includes(wanted);
  const borders = longestBorders(wanted);
  let matched = 0;
  for (let i = 0; i < text.length; i += 1) {
    matched = extend(wanted, borders, matched, text.charCodeAt(i));
    if (matched === wanted.length) return true;
  }
  return false;
}

/** For each prefix of a string, the length of its longest proper prefix that also ends it. */
function longestBorders(wanted: string): Uint32Array {
  const borders = new Uint32Array(wanted.length);
  for (let i = 1; i < wanted.length; i += 1) {
    borders[i] = extend(wanted, borders, borders[i - 1] ?? 0, wanted.charCodeAt(i));
  }
  return borders;
}

/** How much of a string is matched after one more character, when `matched` of it were before. */
function extend(wanted: string, borders: Uint32Array, matched: number, next: number): number {
  let length = matched;
  while (length > 0 && wanted.charCodeAt(length) !== next) length = borders[length - 1] ?? 0;
  return wanted.charCodeAt(length) === next ? length + 1 : length;
}
