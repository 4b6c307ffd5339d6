import type { Pool } from "pg";
import { SOURCE } from "../../dav/feed-source.ts";
import type { StoredProperties } from "../../dav/store.ts";

/** The notification channel on which it is told that a feed is due. */
export const FEEDS_CHANNEL = "pushdav_feeds";

/** A feed that this process is to fetch. */
export interface ClaimedFeed {
  readonly ownerId: number;
  readonly owner: string;
  readonly collectionId: number;
  /** The collection's name in the home of its owner. */
  readonly name: string;
  readonly properties: StoredProperties;
  readonly failures: number;
  readonly etag: string | null;
  readonly lastModified: string | null;
}

/** What came of a fetch. */
export interface FeedResult {
  readonly etag: string | null;
  readonly lastModified: string | null;
  /** Seconds to the next one. */
  readonly after: number;
  /** Null after a success. */
  readonly error: string | null;
}

/** Takes feeds that are due, for as many seconds as the lease; those of disabled accounts rest. */
export async function claimFeeds(pool: Pool, many: number, lease: number): Promise<ClaimedFeed[]> {
  const { rows } = await pool.query<ClaimedFeed>({
    name: "claim-feeds",
    text: `with due as (
        select principal_id, collection_id from feed
        where due_at <= now() and (claimed_until is null or claimed_until < now())
        order by due_at limit $1 for update skip locked
      ), claimed as (
        update feed f set claimed_until = now() + make_interval(secs => $2), due_at = now()
        from due where f.principal_id = due.principal_id and f.collection_id = due.collection_id
        returning f.*
      )
      select f.principal_id as "ownerId", p.name as owner, f.collection_id as "collectionId", b.name,
        c.properties, f.failures, f.etag, f.last_modified as "lastModified"
      from claimed f
      join principal p on p.id = f.principal_id and p.disabled_at is null
      join collection c on c.principal_id = f.principal_id and c.id = f.collection_id
      join binding b on b.owner_id = c.principal_id and b.collection_id = c.id
        and b.principal_id = c.principal_id and b.home = 'calendars'`,
    values: [many, lease],
  });
  return rows;
}

/** Notes what came of a fetch, unless the source was changed meanwhile: then the feed is due at once. */
export async function settleFeed(
  pool: Pool,
  { ownerId, collectionId, properties }: ClaimedFeed,
  { etag, lastModified, after, error }: FeedResult,
): Promise<void> {
  await pool.query({
    name: "settle-feed",
    text: `update feed f set claimed_until = null, error = $6,
        due_at = case when c.properties ->> $8 = $7 then now() + make_interval(secs => $5) else now() end,
        etag = case when c.properties ->> $8 = $7 then $3 end,
        last_modified = case when c.properties ->> $8 = $7 then $4 end,
        failures = case when $6::text is null then 0 else f.failures + 1 end,
        fetched_at = case when $6::text is null then now() else f.fetched_at end
      from collection c
      where f.principal_id = $1 and f.collection_id = $2 and c.principal_id = $1 and c.id = $2`,
    values: [ownerId, collectionId, etag, lastModified, after, error, properties[SOURCE], SOURCE],
  });
}

/** Milliseconds until a feed is due, or null when there is none. */
export async function nextFeed(pool: Pool): Promise<number | null> {
  const { rows } = await pool.query<{ ms: number | null }>({
    name: "next-feed",
    text: `select extract(epoch from min(greatest(due_at, claimed_until)) - now())::float8 * 1000 as ms from feed`,
  });
  return rows[0]?.ms ?? null;
}
