import { describeSchema, readSchemaState } from "../store/migrate.ts";
import { fail, ok, warn, type Check } from "./check.ts";

const OLDEST_VERSION = 15;
/** Seconds by which clocks may differ before times that clients see look wrong. */
const CLOCK_TOLERANCE = 5;

export const checkDatabase: Check = async ({ database }) => {
  if (!database) return [];
  const { rows } = await database.pool.query<{ version: string; encoding: string }>(
    "select current_setting('server_version') as version, current_setting('server_encoding') as encoding",
  );
  const { version = "", encoding = "" } = rows[0] ?? {};
  const found = `PostgreSQL ${version}, ${encoding}`;
  if (encoding !== "UTF8") {
    return [fail("database", found, "create the database anew with `encoding 'UTF8'`")];
  }
  return Number.parseInt(version, 10) < OLDEST_VERSION
    ? [fail("database", found, `use PostgreSQL ${OLDEST_VERSION} or newer`)]
    : [ok("database", found)];
};

export const checkSchema: Check = async ({ database }) => {
  if (!database) return [];
  const state = await readSchemaState(database.pool);
  const problem = describeSchema(state);
  if (problem === null) return [ok("schema", `up to date (${state.applied.at(-1)})`)];
  const [found = problem, mend = ""] = problem.split(/; (?=[^;]*$)/);
  return [fail("schema", found, mend)];
};

export const checkClock: Check = async ({ database, now }) => {
  if (!database) return [];
  const before = now().getTime();
  const { rows } = await database.pool.query<{ time: Date }>("select clock_timestamp() as time");
  const middle = (before + now().getTime()) / 2;
  const seconds = Math.abs((rows[0]?.time.getTime() ?? 0) - middle) / 1000;
  const found = `${seconds.toFixed(1)} s apart from the database's`;
  return seconds > CLOCK_TOLERANCE
    ? [warn("clock", found, "let NTP set the clocks of this machine and the database's")]
    : [ok("clock", found)];
};
