import { dav } from "../xml/names.ts";
import { FILES, property } from "./property.ts";

/** Quota (RFC 4331 section 3), which allprop leaves out: what is left, and what is used, in bytes. */
export const RFC4331 = [
  property({
    name: dav("quota-available-bytes"),
    on: FILES,
    get: ({ file }, { limits }) => [String(Math.max(0, (limits.fileQuota ?? 0) - file.used))],
  }),
  property({
    name: dav("quota-used-bytes"),
    on: FILES,
    get: ({ file }) => [String(file.used)],
  }),
];
