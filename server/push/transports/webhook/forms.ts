import { readable } from "./readable.ts";
import type { CollectionReport } from "./report.ts";

/** The forms in which receivers want to be told. */
export const FORMS = ["json", "slack", "ntfy", "pushover", "ifttt"] as const;
export type Form = (typeof FORMS)[number];

/** What is told. */
export interface Event {
  readonly type: "changed" | "test";
  readonly at: Date;
  /** Name of the account whose webhook it is. */
  readonly account: string;
  readonly collections: readonly CollectionReport[];
  /** Where the server is reached, or null when it does not know. */
  readonly origin: string | null;
}

/** A request to a receiver. */
export interface Filled {
  readonly url: string;
  readonly body: string;
}

type Fill = (url: URL, event: Event) => { readonly url?: URL; readonly body: unknown };

/**
 * How each receiver is told. `json` is ours, in the frame of the Standard Webhooks; the others are what the documentation
 * of Slack's incoming webhooks, ntfy, Pushover's messages and IFTTT's Webhooks say.
 */
const FILLS: Readonly<Record<Form, Fill>> = {
  json: (_, { type, at, account, collections, origin }) => ({
    body: {
      type: type === "test" ? "pushdav.test" : "pushdav.changed",
      timestamp: at.toISOString(),
      data: { account, ...(origin !== null && { server: origin }), collections },
    },
  }),
  slack: (_, event) => {
    const { title, text } = readable(event);
    return { body: { text: escapeSlack(text === "" ? title : `${title}\n${text}`) } };
  },
  ntfy: (url, event) => {
    const { title, text } = readable(event);
    const topic = decodeURIComponent(url.pathname.split("/").findLast((part) => part !== "") ?? "");
    // JSON goes to the root, and names the topic (ntfy: "Publish as JSON").
    return { url: new URL(`/${url.search}`, url), body: { topic, title, message: text || title } };
  },
  pushover: (url, event) => {
    const { title, text } = readable(event);
    const parameters = Object.fromEntries(url.searchParams);
    return {
      url: new URL(url.pathname, url),
      body: { ...parameters, title, message: text || title },
    };
  },
  ifttt: (_, event) => {
    const { title, text } = readable(event);
    return { body: { value1: title, value2: text, value3: event.origin ?? "" } };
  },
};

/** So that a title cannot call everybody in a channel, nor be a link (Slack: "Escaping text"). */
function escapeSlack(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** The request that tells an event in a form. */
export function fill(form: Form, url: string, event: Event): Filled {
  const filled = FILLS[form](new URL(url), event);
  return { url: (filled.url ?? new URL(url)).href, body: JSON.stringify(filled.body) };
}
