/** A rule for clients that need something bent: data, so that each stands alone with its source. */
interface Quirk {
  readonly name: string;
  readonly userAgent: RegExp;
  /** Agents that look like a match but are not. */
  readonly except?: RegExp;
  readonly source: string;
  /** The golden conversation that shows it, below test/transcripts. */
  readonly transcript: string;
}

/** Where each client differs, whose word it is, and how to tell the client. */
export const QUIRKS = {
  "cards-without-charset": {
    name: "a card's content type carries no charset",
    userAgent: /Thunderbird/,
    source: "sabre/dav lib/CardDAV/Plugin.php",
    transcript: "clients/thunderbird.http",
  },
  "cards-in-3.0-only": {
    name: "cards are offered and served in version 3.0 only, whatever is asked for",
    userAgent: /^(?:iOS|iPadOS|macOS|Mac OS X|Mac_OS_X)\//,
    // CardDAV-Sync calls itself iOS (sogo WORequest+SOGo.m).
    except: /Android/,
    source: "sabre/dav CHANGELOG.md 1.7.5",
    transcript: "rfc6352/versions.http",
  },
  "feeds-are-fetched-by-the-client": {
    name: "a subscribed calendar is listed as CS:subscribed, for the client fetches its feed itself",
    userAgent:
      /^(?:iOS|iPadOS|macOS|Mac OS X|Mac_OS_X)\/|^(?:CalendarStore|CalendarAgent|DAVKit)\//,
    except: /Android/,
    source: "sabre/dav lib/CalDAV/Subscriptions/Plugin.php, nextcloud/calendar issue 6422",
    transcript: "clients/subscribed-calendars.http",
  },
  "groups-are-hidden": {
    name: "cards of groups are not listed, which would show as people",
    userAgent: /Thunderbird/,
    source: "sogo CHANGELOG.md 5.9.0",
    transcript: "clients/thunderbird-groups.http",
  },
  "one-address-book": {
    name: "where the operator wants it, only the default address book is listed: the client knows one",
    userAgent: /^(?:macOS|Mac OS X|Mac_OS_X)\//,
    source: "Purelymail/purelymail-issues 123",
    transcript: "clients/macos-one-address-book.http",
  },
  "bad-token-is-400": {
    name: "an invalid sync-token of an address book is answered 400, which alone heals the client",
    userAgent: /Thunderbird/,
    source: "mozilla comm-central CardDAVDirectory.sys.mjs",
    transcript: "rfc6578/invalid-token.http",
  },
  "empty-put-is-a-probe": {
    name: "a PUT without body is answered 200 and changes nothing",
    userAgent: /Thunderbird/,
    source: "davmail commit a66eb189",
    transcript: "clients/thunderbird.http",
  },
  "query-depth-0-is-1": {
    name: "calendar-query with Depth 0 means the members",
    userAgent: /^MSFT-/,
    source: "sabre/dav lib/CalDAV/Plugin.php",
    transcript: "rfc4791/calendar-query.http",
  },
} as const satisfies Record<string, Quirk>;

export type QuirkName = keyof typeof QUIRKS;

/** Whether a rule applies to the client with this User-Agent. */
export function hasQuirk(quirk: QuirkName, userAgent: string): boolean {
  const rule: Quirk = QUIRKS[quirk];
  return rule.userAgent.test(userAgent) && !rule.except?.test(userAgent);
}

/** The content type of an object as the client can take it. */
export function contentType(stored: string, userAgent: string): string {
  if (!stored.startsWith("text/vcard")) return stored;
  return hasQuirk("cards-without-charset", userAgent) ? "text/vcard" : stored;
}
