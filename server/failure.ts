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

/** admin_shutdown, crash_shutdown, cannot_connect_now, too_many_connections, and those of the socket. */
const OUTAGE = new Set(["57P01", "57P02", "57P03", "53300", "ECONNREFUSED", "ECONNRESET", "EPIPE"]);
/** What pg says without a code. */
const LOST =
  /^(?:Connection terminated|timeout exceeded when trying to connect|Client .* queryable$)/;

/** Whether the database is away for the moment: a connection to it ended, or cannot be made. */
export function isOutage(error: unknown): boolean {
  if (OUTAGE.has(errorCode(error) ?? "") || LOST.test(errorMessage(error))) return true;
  return error instanceof Error && "syscall" in error && error.syscall === "connect";
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
  if (isOutage(error)) return new Failure("the connection to the database was lost; try again");
  if ("severity" in error) return new Failure(`the database says: ${error.message}`);
  return "syscall" in error ? new Failure(error.message) : null;
}
