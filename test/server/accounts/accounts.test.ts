import test from "ava";
import type { Pool } from "pg";
import {
  AccountError,
  createAccount,
  deleteAccount,
  disableAccount,
  enableAccount,
  listAccounts,
  setPassword,
} from "../../../server/accounts/accounts.ts";
import { verifyPassword } from "../../../server/auth/password.ts";
import { testDatabase } from "../../support/database.ts";

async function rows(pool: Pool, sql: string): Promise<unknown[]> {
  return (await pool.query(sql)).rows;
}

async function hashOf(pool: Pool, name: string): Promise<string> {
  const { rows: found } = await pool.query<{ password_hash: string }>(
    "select password_hash from principal where name = $1",
    [name],
  );
  return found[0]?.password_hash ?? "";
}

test("a new account has three homes with push keys and three collections numbered by their home", async (t) => {
  const { pool } = await testDatabase(t);
  const made = await createAccount(pool, { name: "Ann", password: "s", email: "Ann@Example.org" });
  t.is(made.name, "ann");
  const homes = await pool.query<{ kind: string; sync_seq: number; push_key: string }>(
    "select kind, sync_seq, push_key from home order by kind",
  );
  t.deepEqual(
    homes.rows.map((home) => [home.kind, home.sync_seq]),
    [
      ["addressbooks", 2],
      ["calendars", 3],
      ["files", 1],
    ],
  );
  for (const home of homes.rows) t.regex(home.push_key, /^[A-Za-z0-9_-]{24,}$/);
  t.deepEqual(
    await rows(
      pool,
      `select b.home, b.name, b.changed_seq, c.kind, c.sync_seq, c.components, c.properties
       from binding b join collection c on c.principal_id = b.owner_id and c.id = b.collection_id
       order by b.home desc, b.changed_seq`,
    ),
    [
      ["calendars", "calendar", 2, "calendar", ["VEVENT"], "Calendar"],
      ["calendars", "tasks", 3, "calendar", ["VTODO"], "Tasks"],
      ["addressbooks", "addressbook", 2, "addressbook", [], "Contacts"],
    ].map(([home, name, seq, kind, components, title]) => ({
      home,
      name,
      changed_seq: seq,
      kind,
      sync_seq: seq,
      components,
      properties: {
        "{DAV:}displayname": `<displayname xmlns="DAV:">${String(title)}</displayname>`,
      },
    })),
  );
  t.deepEqual(await rows(pool, "select address from principal_address"), [
    { address: "mailto:Ann@Example.org" },
  ]);
});

test("names and addresses that are not allowed are refused with a message", async (t) => {
  const { pool } = await testDatabase(t);
  const wrong = ["", ".", "..", ".a", "-x", "a b", "a/b", "ä", "a%", "a:b", "x".repeat(65)];
  for (const name of wrong) {
    const error = await t.throwsAsync(createAccount(pool, { name, password: "s" }), {
      instanceOf: AccountError,
    });
    t.true(error.message.includes("not allowed"), name);
  }
  for (const email of ["", "x", "a b@c", "a@b@c", "a@b/c", "a:b@c"]) {
    await t.throwsAsync(createAccount(pool, { name: "a", password: "s", email }), {
      message: /is not a mail address/,
    });
  }
  for (const password of ["", "a\nb", "x".repeat(1025)]) {
    await t.throwsAsync(createAccount(pool, { name: "a", password }), {
      message: /A password has/,
    });
  }
  t.deepEqual(await rows(pool, "select from principal"), []);
});

test("a name or address in use is refused, in any case and also as the other of the two", async (t) => {
  const { pool } = await testDatabase(t);
  await createAccount(pool, { name: "ann", password: "s", email: "ann@example.org" });
  const taken = [
    { name: "ANN" },
    { name: "ann@example.org" },
    { name: "bob", email: "ANN@example.org" },
  ];
  for (const account of taken) {
    await t.throwsAsync(createAccount(pool, { ...account, password: "s" }), { message: /taken/ });
  }
  await createAccount(pool, { name: "eve@example.org", password: "s" });
  const eve = { name: "bob", password: "s", email: "eve@example.org" };
  await t.throwsAsync(createAccount(pool, eve), { message: /taken/ });
});

test("of two who make the same account at once, one is told that it exists", async (t) => {
  const { pool } = await testDatabase(t);
  const tries = await Promise.allSettled(
    [1, 2, 3].map(() => createAccount(pool, { name: "ann", password: "s" })),
  );
  t.is(tries.filter((result) => result.status === "fulfilled").length, 1);
  for (const result of tries) {
    if (result.status === "rejected") t.true(result.reason instanceof AccountError);
  }
  t.is((await rows(pool, "select from home")).length, 3);
});

test("a password is stored as argon2id and can be changed", async (t) => {
  const { pool } = await testDatabase(t);
  await createAccount(pool, { name: "ann", password: "old" });
  t.regex(await hashOf(pool, "ann"), /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  await setPassword(pool, "ANN", "new");
  t.true(await verifyPassword(await hashOf(pool, "ann"), "new"));
  t.false(await verifyPassword(await hashOf(pool, "ann"), "old"));
});

test("deleting an account leaves nothing of it behind, and nothing of others is touched", async (t) => {
  const { pool } = await testDatabase(t);
  const ann = await createAccount(pool, { name: "ann", password: "s", email: "ann@example.org" });
  await createAccount(pool, { name: "bob", password: "s" });
  await pool.query(
    `insert into object (principal_id, collection_id, name, changed_seq, uid, component, etag, content_type, data, created_at, modified_at)
     select principal_id, id, 'x.ics', 9, 'x', 'VEVENT', 'e', 'text/calendar', 'x', now(), now() from collection where principal_id = $1 order by id limit 1`,
    [ann.id],
  );
  await pool.query(
    "insert into outbox (principal_id, home, seq, change) values ($1, 'calendars', 9, 'content')",
    [ann.id],
  );
  await deleteAccount(pool, "Ann");
  for (const table of ["home", "collection", "binding", "object", "outbox", "principal_address"]) {
    t.deepEqual(await rows(pool, `select from ${table} where principal_id = ${ann.id}`), [], table);
  }
  t.is((await rows(pool, "select from collection")).length, 3);
  t.deepEqual(
    (await listAccounts(pool)).map((account) => account.name),
    ["bob"],
  );
});

test("accounts are listed with their objects, their state and their last login", async (t) => {
  const { pool } = await testDatabase(t);
  await createAccount(pool, { name: "ann", password: "s", displayName: "Ann Example" });
  await disableAccount(pool, "ann");
  const [ann] = await listAccounts(pool);
  t.like(ann, {
    name: "ann",
    displayName: "Ann Example",
    disabled: true,
    lastLoginAt: null,
    addresses: [],
    objects: { events: 0, tasks: 0, journals: 0, cards: 0 },
  });
  await enableAccount(pool, "ann");
  t.false((await listAccounts(pool))[0]?.disabled);
});

test("every change that matters to logins is notified, and an unknown account is told as such", async (t) => {
  const { pool } = await testDatabase(t);
  const client = await pool.connect();
  const heard: string[] = [];
  client.on("notification", (message) => heard.push(message.payload ?? ""));
  await client.query("listen pushdav_accounts");
  await createAccount(pool, { name: "ann", password: "s" });
  await setPassword(pool, "ann", "t");
  await disableAccount(pool, "ann");
  await enableAccount(pool, "ann");
  await deleteAccount(pool, "ann");
  await client.query("select");
  client.release(true);
  t.deepEqual(heard, ["ann", "ann", "ann", "ann", "ann"]);
  const gone = { message: 'There is no account "ann".' };
  await t.throwsAsync(setPassword(pool, "ann", "t"), gone);
  await t.throwsAsync(disableAccount(pool, "ann"), gone);
  await t.throwsAsync(deleteAccount(pool, "ann"), gone);
});
