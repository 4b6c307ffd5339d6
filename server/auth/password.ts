import { randomBytes } from "node:crypto";
import { hash, parseOptions, verify } from "@node-rs/argon2";
import { Gate } from "./gate.ts";

/** What a hash costs to make: KiB of memory, passes over it, and lanes. */
export interface HashCost {
  readonly memoryCost: number;
  readonly timeCost: number;
  readonly parallelism: number;
}

/** OWASP's first choice: argon2id (the library's default) with 19 MiB, two passes, one lane. */
const HASH_COST: HashCost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const PREFIX = "$argon2id$";

// Each job takes 19 MiB and a thread of Node's pool, which has four and is shared with file and
// name look-ups, so two stay free for those.
const gate = new Gate({ running: 2, waiting: 200 });

let dummy: Promise<string> | undefined;

/** The argon2id hash of a password in PHC string form. */
export function hashPassword(password: string, cost = HASH_COST): Promise<string> {
  return gate.run(() => hash(password, cost));
}

/**
 * Whether a password is the one that was hashed.
 *
 * @throws {GateFullError} when too many verifications wait already.
 */
export function verifyPassword(passwordHash: string, password: string): Promise<boolean> {
  return gate.run(() => verify(passwordHash, password));
}

/** Takes as long as {@link verifyPassword} and is never true: what an unknown account is answered by. */
export async function verifyNothing(password: string): Promise<false> {
  dummy ??= hash(randomBytes(32), HASH_COST);
  await verifyPassword(await dummy, password);
  return false;
}

/** Whether a hash was made at another cost than this. */
export function needsRehash(passwordHash: string, cost = HASH_COST): boolean {
  const used = parseOptions(passwordHash);
  return (
    !passwordHash.startsWith(PREFIX) ||
    used.memoryCost !== cost.memoryCost ||
    used.timeCost !== cost.timeCost ||
    used.parallelism !== cost.parallelism
  );
}
