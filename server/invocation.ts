/** How a person runs a command here, as they started this process: `npm start` comes without a pushdav on the PATH. */
const PROGRAM = process.env["npm_lifecycle_event"] === undefined ? "pushdav" : "npm run cli --";

/** What to type for a command, such as `user list`, in quotes. */
export function invocation(command: string): string {
  return `\`${PROGRAM} ${command}\``;
}
