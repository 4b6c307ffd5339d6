import { randomBytes } from "node:crypto";
import type { AuthenticatedPrincipal } from "../../../auth/authenticator.ts";
import type { Pool } from "pg";
import { formatPath, parsePath } from "../../../../dav/paths.ts";
import { Failure } from "../../../failure.ts";
import { rowsOf, type Connection, type Statement } from "../../../store/query.ts";
import { inTransaction } from "../../../store/transaction.ts";
import { recordWithin } from "../../subscriptions.ts";
import { mayRead, type Target } from "../../topics.ts";
import { WEBHOOK } from "../../transport.ts";
import { readCursor } from "./changes.ts";
import type { Form } from "./forms.ts";
import { TOPIC } from "./index.ts";
import { createSecret, type FormerSecret } from "./signature.ts";
import type { WebhookFilter, WebhookWish } from "./wish.ts";

/** Webhooks an account may have. */
const ALLOWANCE = { most: 50, evict: false };

/** They do not expire; nobody looks after this server for so long. */
const FOR_EVER = new Date("9999-01-01T00:00:00Z");

/** What is kept of a webhook besides its URL. The secret signs, so it cannot be hashed. */
export interface Details {
  /** Name of the account. */
  readonly account: string;
  readonly hrefs: readonly string[];
  /** Ids of the collections; null for all of the target. */
  readonly collections: readonly number[] | null;
  readonly filter: WebhookFilter;
  readonly form: Form;
  readonly content: boolean;
  readonly secret: string;
  readonly former?: FormerSecret;
}

/** A webhook as its owner sees it. The secret is shown once, when it is made. */
export interface Webhook {
  readonly id: string;
  readonly url: string;
  /** Paths of the collections; all of the account's own when empty. */
  readonly collections: readonly string[];
  readonly filter: WebhookFilter;
  readonly form: Form;
  readonly content: boolean;
  readonly createdAt: Date;
  readonly lastSuccessAt: Date | null;
  readonly lastError: string | null;
}

interface Found {
  ownerId: number;
  home: string;
  id: number;
}

/** The collection that $2 owner, $3 home and $4 name lead to, when $1 may read it. */
const FIND: Statement = {
  name: "webhook-find-collection",
  text: `select f.* from (
      select b.owner_id as "ownerId", b.home, b.collection_id as id
      from binding b join principal p on p.id = b.principal_id
      where p.name = $2 and b.home = $3 and b.name = $4 and b.collection_id is not null
    ) f where ${mayRead({ reader: "$1::bigint", owner: 'f."ownerId"', home: "f.home", collection: "f.id" })}`,
};

async function findCollection(db: Connection, readerId: number, href: string): Promise<Found> {
  const path = parsePath(URL.canParse(href) ? new URL(href).pathname : href);
  if (path?.kind !== "collection") throw new Failure(`${href} is not the path of a collection`);
  const values = [readerId, path.owner, path.home, path.collection];
  const [found] = await rowsOf<Found>(db, FIND, values);
  if (!found) throw new Failure(`there is no collection ${formatPath(path)} that you may read`);
  return found;
}

/** One collection is a target; several of one owner are a part of the owner's. */
function targetOf(principalId: number, found: readonly Found[]): Target {
  const [first, ...others] = found;
  if (!first) return { ownerId: principalId, home: null, collectionId: null };
  const { ownerId, home, id } = first;
  if (others.length === 0) return { ownerId, home, collectionId: id };
  if (others.some((other) => other.ownerId !== ownerId)) {
    throw new Failure("a webhook is about collections of one owner; make one for each");
  }
  return { ownerId, home: null, collectionId: null };
}

export interface NewWebhook {
  readonly principal: AuthenticatedPrincipal;
  readonly wish: WebhookWish;
  /** The wish's URL, checked. */
  readonly url: URL;
  readonly userAgent: string;
  readonly address: string;
}

/**
 * Makes a webhook, which tells what changes from now on.
 *
 * @throws Failure when a collection is not there, or the account has too many webhooks
 */
export function createWebhook(
  pool: Pool,
  { principal, wish, url, userAgent, address }: NewWebhook,
  now: Date,
): Promise<{ id: string; secret: string }> {
  return inTransaction(pool, "begin", async (client) => {
    const found: Found[] = [];
    for (const href of wish.collections ?? []) {
      found.push(await findCollection(client, principal.id, href));
    }
    const target = targetOf(principal.id, found);
    const { filter, form, content } = wish;
    const details: Details = {
      account: principal.name,
      hrefs: wish.collections ?? [],
      collections: found.length === 0 ? null : found.map(({ id }) => id),
      filter,
      form,
      content,
      secret: createSecret(),
    };
    const subscription = {
      principalId: principal.id,
      appPassword: principal.appPassword ?? null,
      transport: WEBHOOK,
      identity: randomBytes(16).toString("hex"),
      endpoint: url.href,
      origin: url.origin,
      target,
      topic: TOPIC,
      details: { ...details },
      userAgent,
      address,
      expiresAt: FOR_EVER,
      on: { content: true, property: true, own: !filter.others },
    };
    const recorded = await recordWithin(client, subscription, ALLOWANCE, now);
    if (!("id" in recorded)) {
      throw new Failure(`an account may have ${ALLOWANCE.most} webhooks; remove one`);
    }
    const told = JSON.stringify({ cursor: await readCursor(client, { target }) });
    await client.query("update push_subscription set told = $2 where id = $1", [recorded.id, told]);
    return { id: recorded.publicId, secret: details.secret };
  });
}

/** Hours in which messages are signed with a former secret too. */
const OVERLAP = 24;

/**
 * Gives a webhook a new secret. For a day messages are signed with the former one too, and verify with either.
 *
 * @returns the new secret; null when the account has no such webhook
 */
export async function renewSecret(
  pool: Pool,
  principalId: number,
  publicId: string,
  now: Date,
): Promise<string | null> {
  const secret = createSecret();
  const until = new Date(now.getTime() + OVERLAP * 3_600_000).toISOString();
  const { rowCount } = await pool.query(
    `update push_subscription set details = details || jsonb_build_object(
       'secret', $4::text, 'former', jsonb_build_object('secret', details->>'secret', 'until', $5::text))
     where transport = $1 and principal_id = $2 and public_id = $3`,
    [WEBHOOK, principalId, publicId, secret, until],
  );
  return rowCount === 1 ? secret : null;
}

/** The webhooks of an account, oldest first. */
export async function listWebhooks(pool: Pool, principalId: number): Promise<Webhook[]> {
  const { rows } = await pool.query<Omit<Webhook, "collections"> & { details: Details }>(
    `select public_id as id, endpoint as url, details, created_at as "createdAt",
       last_success_at as "lastSuccessAt", last_error as "lastError"
     from push_subscription where transport = $1 and principal_id = $2 order by id`,
    [WEBHOOK, principalId],
  );
  return rows.map(({ details, id, url, createdAt, lastSuccessAt, lastError }) => {
    const { hrefs, filter, form, content } = details;
    return {
      id,
      url,
      collections: hrefs,
      filter,
      form,
      content,
      createdAt,
      lastSuccessAt,
      lastError,
    };
  });
}
