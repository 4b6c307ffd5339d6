import { z } from "zod";
import { choice, contact, flag, integer, networks, seconds, secondsFor, text } from "./values.ts";
import { optional, variable } from "./variable.ts";

const appleCredential = (kind: "CALENDAR" | "CONTACTS", topic: string) => {
  const prefix = `PUSHDAV_APPLE_${kind}`;
  const files = kind.toLowerCase();
  return z.object({
    certificate: optional(text(), {
      name: `${prefix}_CERTIFICATE`,
      about: `APNs certificate for ${files}: a PEM file, which may hold its key too, or a PKCS #12 file.`,
      example: `/etc/pushdav/${files}.p12`,
    }),
    key: optional(text(), {
      name: `${prefix}_KEY`,
      about: "Private key of that certificate, when it is in a file of its own.",
      example: `/etc/pushdav/${files}.key`,
    }),
    passphrase: optional(text(), {
      name: `${prefix}_PASSPHRASE`,
      about: "Passphrase of that key or PKCS #12 file.",
      example: "secret",
      secret: true,
    }),
    p8: optional(text(), {
      name: `${prefix}_P8`,
      about: `APNs signing key (.p8) for ${files}, in place of a certificate.`,
      example: `/etc/pushdav/AuthKey_ABC123DEFG.p8`,
    }),
    keyId: optional(text(), {
      name: `${prefix}_P8_KEY_ID`,
      about: "Id of that signing key.",
      example: "ABC123DEFG",
    }),
    teamId: optional(text(), {
      name: `${prefix}_P8_TEAM_ID`,
      about: "Id of the team the signing key belongs to.",
      example: "DEF123GHIJ",
    }),
    topic: optional(text(), {
      name: `${prefix}_TOPIC`,
      about: "APNs topic; read from the certificate when there is one.",
      example: topic,
    }),
  });
};

const apple = z.object({
  calendar: appleCredential("CALENDAR", "com.apple.calendar.XServer.0a1b2c3d"),
  contacts: appleCredential("CONTACTS", "com.apple.contact.XServer.0a1b2c3d"),
  host: variable(text(), {
    name: "PUSHDAV_APPLE_HOST",
    about: "Host of the Apple Push Notification service.",
    default: "api.push.apple.com",
    example: "api.sandbox.push.apple.com",
  }),
  port: variable(integer(1, 65535), {
    name: "PUSHDAV_APPLE_PORT",
    about: "Its port; 2197 passes some firewalls that 443 does not.",
    default: "443",
    example: "2197",
  }),
  ca: optional(text(), {
    name: "PUSHDAV_APPLE_CA",
    about: "File of CA certificates to trust for that host in place of the system's, for tests.",
    example: "/etc/pushdav/test-ca.pem",
  }),
  environment: variable(choice("PRODUCTION", "SANDBOX"), {
    name: "PUSHDAV_APPLE_ENVIRONMENT",
    about: "The push environment that clients are told.",
    default: "PRODUCTION",
    example: "SANDBOX",
  }),
  refreshInterval: variable(integer(60, 31_536_000), {
    name: "PUSHDAV_APPLE_REFRESH_INTERVAL",
    about: "Seconds after which clients are asked to subscribe again.",
    default: "172800",
    example: "86400",
  }),
  expiration: variable(integer(0, 2_592_000), {
    name: "PUSHDAV_APPLE_EXPIRATION",
    about: "Seconds the push service keeps a push for a device that is off line.",
    default: "86400",
    example: "3600",
  }),
  priority: variable(integer(1, 10), {
    name: "PUSHDAV_APPLE_PRIORITY",
    about: "The apns-priority of pushes.",
    default: "5",
    example: "10",
  }),
  pushType: variable(choice("background", "alert", "none"), {
    name: "PUSHDAV_APPLE_PUSH_TYPE",
    about: "The apns-push-type of pushes; `none` leaves the header out.",
    default: "background",
    example: "none",
  }),
  aps: variable(choice("off", "content-available"), {
    name: "PUSHDAV_APPLE_APS",
    about: "Whether payloads carry an `aps` dictionary with `content-available`.",
    default: "off",
    example: "content-available",
  }),
});

/** How changes are pushed. */
export const push = z.object({
  window: variable(seconds(0, 3600), {
    name: "PUSHDAV_PUSH_WINDOW",
    about: "Seconds in which the changes of a burst are folded into one push.",
    default: "3",
    example: "10",
  }),
  windows: variable(secondsFor("apple", "web-push", "jmap", "webhook"), {
    name: "PUSHDAV_PUSH_WINDOWS",
    about: "The same for single channels, which are apple, web-push, jmap and webhook.",
    default: "none",
    example: "webhook=60, apple=5",
  }),
  web: variable(flag(), {
    name: "PUSHDAV_WEB_PUSH",
    about: "Whether clients are offered WebDAV-Push.",
    default: "on",
    example: "off",
  }),
  jmap: variable(flag(), {
    name: "PUSHDAV_JMAP",
    about: "Whether scripts and web pages are offered JMAP push.",
    default: "on",
    example: "off",
  }),
  webhooks: variable(flag(), {
    name: "PUSHDAV_WEBHOOKS",
    about: "Whether changes are told to URLs that accounts or you name.",
    default: "on",
    example: "off",
  }),
  networks: variable(networks(), {
    name: "PUSHDAV_PUSH_NETWORKS",
    about:
      "Networks to which pushes may go though they are not public, by http too; for a push service of your own.",
    default: "none",
    example: "192.168.0.0/16",
  }),
  ca: optional(text(), {
    name: "PUSHDAV_PUSH_CA",
    about: "File of CA certificates to trust for push services beside the usual ones.",
    example: "/etc/pushdav/ca.pem",
  }),
  contact: optional(contact(), {
    name: "PUSHDAV_PUSH_CONTACT",
    about: "Whom push services may ask about this server; PUSHDAV_PUBLIC_URL when not set.",
    example: "mailto:admin@example.org",
  }),
  apple,
});
