import type { LockPlace, LockRow, LockStore } from "../../dav/lock-store.ts";
import { rowsOf, type Connection, type Statement } from "./query.ts";

const COLUMNS = `l.token, l.names, l.href, l.infinite, l.exclusive, l.creator_id, l.owner, l.expires_at`;
const HOME = `l.principal_id = (select id from principal where name = $1) and l.home = $2`;

/** Notes in the home until when it may have locks. */
const NOTED = (expiresAt: string) => `noted as (
  update home set locked_until = greatest(locked_until, ${expiresAt}::timestamptz)
  where principal_id = (select id from principal where name = $1) and kind = $2
)`;

const LIST: Statement = {
  name: "list-locks",
  text: `select ${COLUMNS} from lock l where ${HOME} and l.expires_at > $3 order by l.created_at, l.token`,
};

const CREATE: Statement = {
  name: "create-lock",
  text: `with expired as (delete from lock l where ${HOME} and l.expires_at <= $3), ${NOTED("$10")}
    insert into lock as l (principal_id, home, names, href, infinite, exclusive, creator_id, owner, expires_at)
    select id, $2, $4, $5, $6, $7, $8, $9, $10 from principal where name = $1
    returning ${COLUMNS}`,
};

const REFRESH: Statement = {
  name: "refresh-lock",
  text: `with ${NOTED("$4")} update lock l set expires_at = $4 where ${HOME} and l.token = $3`,
};

const REMOVE: Statement = {
  name: "remove-locks",
  text: `delete from lock l where ${HOME} and l.token = any($3::uuid[])`,
};

interface Row {
  token: string;
  names: string[];
  href: string;
  infinite: boolean;
  exclusive: boolean;
  creator_id: number;
  owner: string | null;
  expires_at: Date;
}

type Home = Omit<LockPlace, "names">;

/** RFC 4918 section 6.5 wants tokens that are unique for ever; RFC 4122 gives such URIs. */
const SCHEME = "urn:uuid:";

function toLock(row: Row, { owner, area }: Home): LockRow {
  return {
    token: SCHEME + row.token,
    place: { owner, area, names: row.names },
    href: row.href,
    infinite: row.infinite,
    exclusive: row.exclusive,
    creatorId: row.creator_id,
    owner: row.owner,
    expiresAt: row.expires_at,
  };
}

const uuidOf = (token: string): string => token.slice(SCHEME.length);
const keyOf = ({ owner, area }: Home): unknown[] => [owner, area];

/** The locks over Postgres. */
export function lockStore(db: Connection): LockStore {
  return {
    async list(home, now) {
      const rows = await rowsOf<Row>(db, LIST, [...keyOf(home), now]);
      return rows.map((row) => toLock(row, home));
    },
    async create(place, lock, now) {
      const { href, infinite, exclusive, creatorId, owner, expiresAt } = lock;
      const values = [place.names, href, infinite, exclusive, creatorId, owner, expiresAt];
      const [row] = await rowsOf<Row>(db, CREATE, [...keyOf(place), now, ...values]);
      if (row === undefined) throw new Error("a lock needs a principal whose home it is in");
      return toLock(row, place);
    },
    async refresh(place, token, expiresAt) {
      await rowsOf(db, REFRESH, [...keyOf(place), uuidOf(token), expiresAt]);
    },
    async remove(place, tokens) {
      await rowsOf(db, REMOVE, [...keyOf(place), tokens.map(uuidOf)]);
    },
  };
}
