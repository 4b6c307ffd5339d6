import { DavError } from "../errors.ts";
import { feedUrl } from "../feed-source.ts";
import { cs } from "../xml/names.ts";
import { property } from "./property.ts";

/** Apple's caldav-subscribed-calendars: where the feed of a subscribed calendar is. */
export const SUBSCRIBED_CALENDARS = [
  property({
    name: cs("source"),
    on: ["calendar"],
    settable: "always",
    get: () => null,
    check: (value, { refuseFeed }) => {
      const reason = refuseFeed?.(feedUrl(value)) ?? null;
      if (reason !== null) throw new DavError(403, `the URL of the feed ${reason}`);
    },
  }),
];
