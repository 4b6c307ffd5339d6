import type { QName } from "../xml/names.ts";
import { ADDRESSBOOK_HOME } from "./address-book-home.ts";
import { APPLE_PUSH } from "./apple-push.ts";
import type { LiveProperty } from "./property.ts";
import { RFC3253 } from "./rfc3253.ts";
import { RFC3744 } from "./rfc3744.ts";
import { RFC4331 } from "./rfc4331.ts";
import { RFC4791 } from "./rfc4791.ts";
import { RFC4918 } from "./rfc4918.ts";
import { RFC4918_LOCKS } from "./rfc4918-locks.ts";
import { RFC5995 } from "./rfc5995.ts";
import { RFC6352 } from "./rfc6352.ts";
import { RFC6578 } from "./rfc6578.ts";
import { RFC7529 } from "./rfc7529.ts";
import { RFC7809 } from "./rfc7809.ts";
import { SUBSCRIBED_CALENDARS } from "./subscribed.ts";
import { WEBDAV_PUSH } from "./webdav-push.ts";

const ALL = [
  ...RFC4918,
  ...RFC4918_LOCKS,
  ...RFC3744,
  ...RFC3253,
  ...RFC6578,
  ...RFC4791,
  ...RFC7529,
  ...RFC7809,
  ...RFC5995,
  ...RFC6352,
  ...ADDRESSBOOK_HOME,
  ...SUBSCRIBED_CALENDARS,
  ...RFC4331,
  ...APPLE_PUSH,
  ...WEBDAV_PUSH,
];

/** Every live property by its name. */
export const LIVE_PROPERTIES: ReadonlyMap<QName, LiveProperty> = new Map(
  ALL.map((property) => [property.name, property]),
);
