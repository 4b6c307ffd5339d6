import { networkInterfaces } from "node:os";
import { invocation } from "../invocation.ts";
import type { Config } from "../config.ts";
import type { FirstAccount } from "./first-account.ts";

/** IPv4 addresses under which other machines may reach this one. */
function localAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((entries) => entries ?? [])
    .filter((entry) => entry.family === "IPv4" && !entry.internal)
    .map((entry) => entry.address);
}

/** The URLs to try on a client, the best first. */
export function clientUrls(http: Config["http"], port: number): string[] {
  if (http.publicUrl !== null) return [http.publicUrl];
  const scheme = http.tls ? "https" : "http";
  const hosts =
    http.host === null || /^(0\.0\.0\.0|::)$/.test(http.host) ? localAddresses() : [http.host];
  return (hosts.length > 0 ? hosts : ["localhost"]).map((host) => {
    const name = host.includes(":") ? `[${host}]` : host;
    return new URL(`${scheme}://${name}:${port}`).origin;
  });
}

function accountLines(account: FirstAccount | null): string[] {
  if (!account)
    return [
      `  User name  as made with ${invocation("user add")} (${invocation("user list")} shows all)`,
    ];
  const password = account.madeUp
    ? `${account.password}   (shown only this once; ${invocation(`user passwd ${account.name}`)} changes it)`
    : "the one in PUSHDAV_ADMIN_PASSWORD";
  return [`  User name  ${account.name}`, `  Password   ${password}`];
}

/** What to type into a phone, once the server listens. */
export function greeting(config: Config, port: number, account: FirstAccount | null): string {
  const urls = clientUrls(config.http, port);
  const secure = urls.some((url) => url.startsWith("https:"));
  const [first = "", ...others] = urls;
  return [
    "pushdav is running. On a phone or computer, add a CalDAV and a CardDAV account:",
    "",
    `  Server     ${first}`,
    ...others.map((url) => `        or   ${url}`),
    ...accountLines(account),
    "",
    ...(secure
      ? []
      : [
          "iPhone, iPad and Mac want https (and on plain http passwords can be read on the way): set",
          "PUSHDAV_TLS_CERT and PUSHDAV_TLS_KEY, or put a reverse proxy with TLS in front and set",
          "PUSHDAV_PUBLIC_URL and PUSHDAV_TRUSTED_PROXIES.",
          "",
        ]),
    "Ctrl-C stops it.",
    "",
  ].join("\n");
}
