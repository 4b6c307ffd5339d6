import type { Egress, Fetched } from "../../push/egress/index.ts";

/** What came of asking for a feed. */
export type Feed =
  | { readonly kind: "unchanged" }
  | {
      readonly kind: "new";
      readonly body: Buffer;
      readonly etag: string | null;
      readonly lastModified: string | null;
    }
  | { readonly kind: "failed"; readonly error: string; readonly retryAfter: number | null };

export interface Wish {
  readonly url: string;
  /** What the feed's server called the version that is there already. */
  readonly etag: string | null;
  readonly lastModified: string | null;
}

const MAX_BYTES = 4 * 2 ** 20;
const MAX_REDIRECTS = 4;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Asks for a feed, under the condition that it changed. It may be somewhere else: each step of the way there is checked
 * as the first one is.
 */
export async function fetchFeed(egress: Pick<Egress, "get">, wish: Wish): Promise<Feed> {
  let url = wish.url;
  for (let step = 0; step <= MAX_REDIRECTS; step += 1) {
    const answer = await egress.get({ url, headers: headersFor(wish), maxBytes: MAX_BYTES });
    const next = nextUrl(answer, url);
    if (next === null) return read(answer);
    url = next;
  }
  return { kind: "failed", error: "too many redirects", retryAfter: null };
}

function headersFor({ etag, lastModified }: Wish): Record<string, string> {
  return {
    accept: "text/calendar, */*;q=0.1",
    "accept-encoding": "identity",
    "user-agent": "pushdav",
    ...(etag !== null && { "if-none-match": etag }),
    ...(lastModified !== null && { "if-modified-since": lastModified }),
  };
}

function nextUrl(answer: Fetched, from: string): string | null {
  if (answer.kind !== "answered" || !REDIRECTS.has(answer.status)) return null;
  const { location } = answer.headers;
  return location !== undefined && URL.canParse(location, from)
    ? new URL(location, from).href.replace(/^http:/, "https:").replace(/#.*$/, "")
    : null;
}

function read(answer: Fetched): Feed {
  if (answer.kind !== "answered") return { ...answer, kind: "failed", retryAfter: null };
  const { status, headers, body, retryAfter } = answer;
  if (status === 304) return { kind: "unchanged" };
  const encoding = headers["content-encoding"] ?? "identity";
  const error =
    status !== 200
      ? `the answer is ${status}`
      : encoding === "identity"
        ? null
        : "it is compressed";
  if (error !== null) return { kind: "failed", error, retryAfter };
  const { etag = null, "last-modified": lastModified = null } = headers;
  return { kind: "new", body, etag, lastModified };
}
