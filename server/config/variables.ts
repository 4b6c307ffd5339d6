import { z } from "zod";
import {
  choice,
  contact,
  databaseUrl,
  flag,
  integer,
  networks,
  origin,
  rate,
  seconds,
  size,
  text,
} from "./values.ts";

/** What people are told of an environment variable. */
export interface Variable {
  readonly name: string;
  /** One sentence, for the README. */
  readonly about: string;
  readonly example: string;
  /** Taken when the variable is not set; without one the value is null. */
  readonly default?: string;
  /** The value is never printed. */
  readonly secret?: true;
}

export const variables = z.registry<Variable>();

/** A value that has a default. */
function variable<T extends z.ZodType>(schema: T, about: Variable & { default: string }): T {
  variables.add(schema, about);
  return schema;
}

/** A value that may be left out: null then. */
function optional<T extends z.ZodType>(schema: T, about: Variable) {
  const nullable = schema.nullable();
  variables.add(nullable, about);
  return nullable;
}

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

const http = z.object({
  port: variable(integer(0, 65535), {
    name: "PORT",
    about: "TCP port to listen on; 0 takes a free one.",
    default: "8080",
    example: "443",
  }),
  host: optional(text(), {
    name: "PUSHDAV_HOST",
    about: "Address to listen on; all addresses of the machine when not set.",
    example: "127.0.0.1",
  }),
  publicUrl: optional(origin(), {
    name: "PUSHDAV_PUBLIC_URL",
    about: "The server's address as clients see it; taken from each request when not set.",
    example: "https://dav.example.org",
  }),
  trustedProxies: variable(networks(), {
    name: "PUSHDAV_TRUSTED_PROXIES",
    about: "Reverse proxies whose X-Forwarded-For, -Proto and -Host are believed.",
    default: "none",
    example: "loopback, 10.0.0.0/8",
  }),
  tlsCertificate: optional(text(), {
    name: "PUSHDAV_TLS_CERT",
    about:
      "PEM file of the certificate chain to serve https with; it is read again when it changes.",
    example: "/etc/letsencrypt/live/dav.example.org/fullchain.pem",
  }),
  tlsKey: optional(text(), {
    name: "PUSHDAV_TLS_KEY",
    about: "PEM file of that certificate's key.",
    example: "/etc/letsencrypt/live/dav.example.org/privkey.pem",
  }),
  maxRequestSize: variable(size(1024), {
    name: "PUSHDAV_MAX_REQUEST_SIZE",
    about: "Largest body of a request.",
    default: "12 MB",
    example: "30 MB",
  }),
  requestTimeout: variable(seconds(1, 3600), {
    name: "PUSHDAV_REQUEST_TIMEOUT",
    about: "Seconds in which a request must have arrived whole.",
    default: "300",
    example: "60",
  }),
  shutdownTimeout: variable(seconds(0, 3600), {
    name: "PUSHDAV_SHUTDOWN_TIMEOUT",
    about: "Seconds that running requests get to finish at the end.",
    default: "20",
    example: "5",
  }),
});

const database = z.object({
  url: optional(databaseUrl(), {
    name: "DATABASE_URL",
    about: "A PostgreSQL server of your own; the embedded one is used when not set.",
    example: "postgresql://pushdav:secret@db.example.org/pushdav",
    secret: true,
  }),
  autoMigrate: variable(flag(), {
    name: "PUSHDAV_AUTO_MIGRATE",
    about: "Whether the start migrates the database of DATABASE_URL; the embedded one always is.",
    default: "0",
    example: "1",
  }),
  poolSize: variable(integer(2, 200), {
    name: "PUSHDAV_DATABASE_CONNECTIONS",
    about: "Most database connections of one process.",
    default: "10",
    example: "20",
  }),
  statementTimeout: variable(seconds(1, 3600), {
    name: "PUSHDAV_DATABASE_TIMEOUT",
    about: "Seconds a database statement may take.",
    default: "30",
    example: "60",
  }),
});

const login = z.object({
  cacheSeconds: variable(seconds(0, 86_400), {
    name: "PUSHDAV_LOGIN_CACHE",
    about: "Seconds a verified password is believed without hashing it again.",
    default: "600",
    example: "60",
  }),
  limits: z.object({
    pair: variable(rate(), {
      name: "PUSHDAV_LOGIN_LIMIT",
      about: "Wrong passwords for one account from one address before it has to wait.",
      default: "10/300",
      example: "5/600",
    }),
    address: variable(rate(), {
      name: "PUSHDAV_LOGIN_LIMIT_ADDRESS",
      about: "The same for one address over all accounts.",
      default: "100/3600",
      example: "50/3600",
    }),
    account: variable(rate(), {
      name: "PUSHDAV_LOGIN_LIMIT_ACCOUNT",
      about: "The same for one account over all addresses.",
      default: "200/3600",
      example: "100/3600",
    }),
  }),
});

const admin = z.object({
  name: variable(text(), {
    name: "PUSHDAV_ADMIN_USER",
    about: "Name of the account that the first start creates.",
    default: "admin",
    example: "ann",
  }),
  password: optional(text(), {
    name: "PUSHDAV_ADMIN_PASSWORD",
    about: "Its password; one is made up and printed once when not set.",
    example: "secret",
    secret: true,
  }),
  email: optional(text(), {
    name: "PUSHDAV_ADMIN_EMAIL",
    about: "Its mail address.",
    example: "ann@example.org",
  }),
});

/** Every setting, in the shape of the configuration. */
export const Settings = z.object({
  http,
  database,
  dataFolder: variable(text(), {
    name: "PUSHDAV_DATA",
    about: "Folder of the embedded database.",
    default: "data",
    example: "/srv/pushdav",
  }),
  workers: optional(integer(1, 256), {
    name: "PUSHDAV_WORKERS",
    about: "Web processes; one for each core when not set.",
    example: "4",
  }),
  log: z.object({
    level: variable(choice("fatal", "error", "warn", "info", "debug", "trace", "silent"), {
      name: "PUSHDAV_LOG_LEVEL",
      about: "What is logged: this and what is graver.",
      default: "info",
      example: "warn",
    }),
    format: variable(choice("auto", "json", "text"), {
      name: "PUSHDAV_LOG_FORMAT",
      about: "JSON lines, or text for people; `auto` is text on a terminal.",
      default: "auto",
      example: "json",
    }),
  }),
  metricsToken: optional(text(), {
    name: "PUSHDAV_METRICS_TOKEN",
    about: "Bearer token that /metrics asks for; without one it answers only this machine.",
    example: "secret",
    secret: true,
  }),
  maxResourceSize: variable(size(1024), {
    name: "PUSHDAV_MAX_RESOURCE_SIZE",
    about: "Largest calendar object or contact.",
    default: "10 MB",
    example: "1 MB",
  }),
  maxSyncPage: variable(integer(1, 100_000), {
    name: "PUSHDAV_MAX_SYNC_PAGE",
    about: "Most changes in one answer to a client that syncs; it asks again for the rest.",
    default: "5000",
    example: "1000",
  }),
  addMember: variable(flag(), {
    name: "PUSHDAV_ADD_MEMBER",
    about: "Whether clients may let the server name new objects (RFC 5995); some get into loops.",
    default: "off",
    example: "on",
  }),
  files: z.object({
    enabled: variable(flag(), {
      name: "PUSHDAV_FILES",
      about: "Whether each account has an area for plain files at /dav/files/NAME/.",
      default: "on",
      example: "off",
    }),
    quota: variable(size(0), {
      name: "PUSHDAV_FILES_QUOTA",
      about: "Most that the files of one account take together.",
      default: "100 MB",
      example: "2 GB",
    }),
  }),
  login,
  admin,
  push: z.object({
    window: variable(seconds(0, 3600), {
      name: "PUSHDAV_PUSH_WINDOW",
      about: "Seconds in which the changes of a burst are folded into one push.",
      default: "3",
      example: "10",
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
  }),
});
