import { stripVTControlCharacters } from "node:util";

export interface Results {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const LINES: readonly (readonly [keyof Results, RegExp])[] = [
  ["passed", /^(\d+) tests? passed$/],
  ["passed", /^(\d+) known failures?$/],
  ["failed", /^(\d+) tests? failed$/],
  ["failed", /^(\d+) uncaught exceptions?$/],
  ["failed", /^(\d+) unhandled rejections?$/],
  ["failed", /^(\d+) tests? remained pending/],
  ["skipped", /^(\d+) tests? skipped$/],
  ["skipped", /^(\d+) tests? todo$/],
];

/**
 * Reads the counts off the end of ava's output.
 * @param code ava's exit code: a failed run without a count is one failure
 */
export function countResults(output: string, code: number): Results {
  const results = { passed: 0, failed: 0, skipped: 0 };
  const plain = stripVTControlCharacters(output);
  for (const line of plain.split("\n")) {
    for (const [key, pattern] of LINES) {
      const count = pattern.exec(line.trim())?.[1];
      if (count) results[key] += Number(count);
    }
  }
  // When tests failed, ava does not say how many passed.
  if (results.passed === 0) results.passed = plain.match(/^\s*✔ /gm)?.length ?? 0;
  if (code !== 0 && results.failed === 0) results.failed = 1;
  return results;
}
