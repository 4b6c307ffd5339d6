import type { Pool } from "pg";
import { inTransaction } from "../../store/transaction.ts";
import { generateVapidKey, readVapidKey, type VapidKey } from "./vapid.ts";

interface Row {
  publicKey: string;
  privateKey: string;
}

/** The keys, the one in force first. The others serve subscriptions that were made under them. */
const LIST = `select public_key as "publicKey", private_key as "privateKey" from vapid_key
  order by created_at desc, public_key`;

const INSERT = "insert into vapid_key (public_key, private_key) values ($1, $2)";

/** One process makes the first key; the others wait for it. */
const LOCK = "lock table vapid_key in share row exclusive mode";

/** The server's key pairs, the one in force first; makes the first when there is none. */
export async function loadVapidKeys(pool: Pool): Promise<readonly [VapidKey, ...VapidKey[]]> {
  const { rows } = await pool.query<Row>(LIST);
  const [first, ...others] = rows.length > 0 ? rows : await addKey(pool, { onlyFirst: true });
  if (!first) throw new Error("there is no VAPID key");
  return [readVapidKey(first.privateKey), ...others.map((row) => readVapidKey(row.privateKey))];
}

/** Puts a new key pair in force. The former ones go on serving the subscriptions made under them. */
export async function rotateVapidKey(pool: Pool): Promise<void> {
  await addKey(pool, { onlyFirst: false });
}

function addKey(pool: Pool, { onlyFirst }: { onlyFirst: boolean }): Promise<Row[]> {
  return inTransaction(pool, "begin", async (client) => {
    await client.query(LOCK);
    const { rows: present } = await client.query<Row>(LIST);
    if (onlyFirst && present.length > 0) return present;
    const { publicKey, privateKey } = generateVapidKey();
    await client.query(INSERT, [publicKey, privateKey]);
    const { rows } = await client.query<Row>(LIST);
    return rows;
  });
}
