import type { Path } from "../paths.ts";
import type { Transaction } from "../store.ts";

/** A request as the protocol sees it, already authenticated and its body read. */
export interface DavRequest {
  readonly method: string;
  readonly path: Path;
  /** What follows the question mark; absent or empty where there is none. */
  readonly query?: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

export interface DavResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** What follows the body, of an answer that is too long to be held at once; null or absent where nothing does. */
  readonly rest?: Rest | null;
}

/**
 * Reads the next part of a long answer, in a snapshot of its own, when the client has taken what came before: a client
 * that reads slowly holds up nothing. Whatever it throws breaks the answer off.
 */
export type Rest = (tx: Transaction) => Promise<Part>;

export interface Part {
  readonly body: Buffer;
  readonly rest: Rest | null;
}

/** Everything about a request that does not stand in it. */
export interface Context {
  /** Who asks, and the id of the app password it was done with: what is registered ends with it. */
  readonly user: {
    readonly id: number;
    readonly name: string;
    readonly appPassword?: number;
  };
  /** Names by which clients know this server, with the port: hrefs may be URIs on any of them. */
  readonly hosts: readonly string[];
  readonly now: Date;
  readonly userAgent: string;
  readonly limits: Limits;
  readonly push: PushAdvertisement;
  /** Whether clients may let the server name new members (RFC 5995). */
  readonly addMember: boolean;
  /** Says in words why a feed is not fetched from a URL, or null; null itself where no feed is fetched at all. */
  readonly refuseFeed: ((url: string) => string | null) | null;
  /** Whether clients that know one address book are shown no other. */
  readonly oneAddressBook: boolean;
  /** Whether the accounts of the server are an address book for everybody who has one. */
  readonly directory: boolean;
  /** Whether there is the files area. */
  readonly files: boolean;
}

export interface Limits {
  /** Largest stored object, in bytes. */
  readonly maxResourceSize: number;
  /** Largest picture in a card, in bytes. */
  readonly maxImageSize: number;
  /** Most rows in one answer of sync-collection. */
  readonly maxSyncPage: number;
  /** Stored bytes after which a sync-collection answer tells of no more objects. */
  readonly maxSyncBytes: number;
  /** Most hrefs in one multiget. */
  readonly maxMultiget: number;
  /** Most bytes that an account without a quota of its own stores. */
  readonly quota: number;
}

/** What the server tells clients about Apple push; null where no credential is configured. */
export interface PushAdvertisement {
  readonly calendars: AppleTransport | null;
  readonly addressbooks: AppleTransport | null;
  /** WebDAV-Push; null where it is switched off. */
  readonly web: WebPushTransport | null;
  /** Changes whenever the advertisement does; part of a home's sync-token. */
  readonly mark: string;
}

export interface WebPushTransport {
  /** The VAPID key of the server: base64url, 87 characters. */
  readonly publicKey: string;
  /** The URL below which registrations are, ending in a slash. */
  readonly registrations: string;
  /** In words why nothing could be sent to such a subscription, or null. */
  refuse(subscription: { endpoint: string; p256dh: string; auth: string }): string | null;
}

export interface AppleTransport {
  /** Absolute, without a query. */
  readonly subscriptionUrl: string;
  readonly topic: string;
  readonly environment: "PRODUCTION" | "SANDBOX";
  /** Seconds. */
  readonly refreshInterval: number;
}
