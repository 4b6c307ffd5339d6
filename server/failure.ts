/**
 * A failure that the person at the terminal can mend. Its message is one line that says what is
 * wrong and what to do; it is printed as it is, without a stack trace.
 */
export class Failure extends Error {
  override readonly name = "Failure";
}

/** @returns the code of a system or database error, such as `ENOENT` or `28P01`. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** @returns what went wrong, for people. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
