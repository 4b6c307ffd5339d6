import { z } from "zod";
import { push } from "./push.ts";
import {
  choice,
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
import { optional, variable } from "./variable.ts";

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
  stallTimeout: variable(seconds(1, 3600), {
    name: "PUSHDAV_STALL_TIMEOUT",
    about: "Seconds after which a client that takes nothing of a long answer is cut off.",
    default: "120",
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
  maxImageSize: variable(size(1024), {
    name: "PUSHDAV_MAX_IMAGE_SIZE",
    about: "Largest picture in a contact; iPhones make theirs smaller than this.",
    default: "7 MB",
    example: "500 kB",
  }),
  maxSyncPage: variable(integer(1, 100_000), {
    name: "PUSHDAV_MAX_SYNC_PAGE",
    about: "Most changes in one answer to a client that syncs; it asks again for the rest.",
    default: "5000",
    example: "1000",
  }),
  maxSyncBytes: variable(size(1024), {
    name: "PUSHDAV_MAX_SYNC_BYTES",
    about: "Most bytes of objects in one such answer, where a client asks for the objects as well.",
    default: "32 MB",
    example: "8 MB",
  }),
  addMember: variable(flag(), {
    name: "PUSHDAV_ADD_MEMBER",
    about: "Whether clients may let the server name new objects (RFC 5995); some get into loops.",
    default: "off",
    example: "on",
  }),
  feeds: variable(flag(), {
    name: "PUSHDAV_FEEDS",
    about: "Whether the server fetches the calendars that users subscribe to.",
    default: "on",
    example: "off",
  }),
  oneAddressBook: variable(flag(), {
    name: "PUSHDAV_MACOS_ONE_ADDRESS_BOOK",
    about:
      "Whether Contacts on the Mac, which shows one address book, is told of the default one only.",
    default: "off",
    example: "on",
  }),
  directory: variable(flag(), {
    name: "PUSHDAV_DIRECTORY",
    about:
      "Whether every account can search the names and mail addresses of all accounts in Contacts.",
    default: "on",
    example: "off",
  }),
  files: variable(flag(), {
    name: "PUSHDAV_FILES",
    about: "Whether each account has an area for plain files at /dav/files/NAME/.",
    default: "on",
    example: "off",
  }),
  quota: variable(size(0), {
    name: "PUSHDAV_QUOTA",
    about:
      "Most that calendars, contacts and files of an account take together; `user quota` sets it for one.",
    default: "1 GB",
    example: "50 GB",
  }),
  login,
  admin,
  push,
});
