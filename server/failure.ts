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

/**
 * What a person can mend though nobody foresaw it: a file that cannot be read or written, a database that refuses or is
 * gone.
 *
 * @returns it as a failure; null for what is a fault of the program
 */
export function asFailure(error: unknown): Failure | null {
  if (error instanceof Failure) return error;
  if (!(error instanceof Error)) return null;
  if ("syscall" in error) return new Failure(error.message);
  if ("severity" in error) return new Failure(`the database says: ${error.message}`);
  const isLost = error.message.startsWith("Connection terminated");
  return isLost ? new Failure("the connection to the database was lost; try again") : null;
}
