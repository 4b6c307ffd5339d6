import { randomInt } from "node:crypto";
import type { Pool } from "pg";
import { AccountError, createAccount } from "../accounts/accounts.ts";
import type { Config } from "../config.ts";
import { Failure } from "../failure.ts";
import { hasAccounts } from "../store/accounts.ts";

export interface FirstAccount {
  readonly name: string;
  readonly password: string;
  /** Whether nobody knows the password yet. */
  readonly madeUp: boolean;
}

/** Without letters and digits that are mistaken for others. */
const ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789";

/** 80 bits in groups of four, to be typed into a phone. */
function makeUpPassword(): string {
  const letters = Array.from({ length: 16 }, () => ALPHABET[randomInt(ALPHABET.length)]);
  return letters.join("").replace(/.{4}(?=.)/g, "$&-");
}

/**
 * Creates the first account of a new database.
 * @returns null when there are accounts already
 * @throws Failure when what is configured cannot become an account
 */
export async function ensureFirstAccount(
  pool: Pool,
  admin: Config["admin"],
): Promise<FirstAccount | null> {
  if (await hasAccounts(pool)) return null;
  const password = admin.password ?? makeUpPassword();
  const email = admin.email === null ? {} : { email: admin.email };
  const account = { name: admin.name, password, ...email };
  const { name } = await createAccount(pool, account).catch((error: unknown) => {
    if (!(error instanceof AccountError)) throw error;
    throw new Failure(
      `${error.message} Mend PUSHDAV_ADMIN_USER, PUSHDAV_ADMIN_PASSWORD or PUSHDAV_ADMIN_EMAIL (for example PUSHDAV_ADMIN_USER=ann)`,
    );
  });
  return { name, password, madeUp: admin.password === null };
}
