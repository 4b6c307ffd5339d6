import type { Pool } from "pg";
import { hashSecret, makeAppPassword } from "../../server/auth/app-password.ts";
import { insertAppPassword } from "../../server/store/app-passwords.ts";

/** Gives an account an app password, as a login or the command line does. */
export async function addAppPassword(
  pool: Pool,
  account: string,
): Promise<{ readonly id: number; readonly password: string }> {
  const password = makeAppPassword();
  const id = await insertAppPassword(pool, account, { label: "phone", hash: hashSecret(password) });
  if (id === null) throw new Error(`there is no account ${account}`);
  return { id, password };
}
