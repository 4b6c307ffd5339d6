import { ACL } from "./acl.ts";
import { COPY, MOVE } from "./copy-move.ts";
import { DELETE } from "./delete.ts";
import { GET, HEAD } from "./get.ts";
import { LOCK, UNLOCK } from "./lock.ts";
import type { Method } from "./method.ts";
import { MKCALENDAR, MKCOL } from "./mkcol.ts";
import { OPTIONS } from "./options.ts";
import { POST } from "./post.ts";
import { PROPFIND } from "./propfind.ts";
import { PROPPATCH } from "./proppatch.ts";
import { PUT } from "./put.ts";
import { REPORT } from "./report.ts";

/** Every verb by its name; Allow, the router and supported-method-set derive from it. */
export const METHODS: ReadonlyMap<string, Method> = new Map(
  [
    OPTIONS,
    GET,
    HEAD,
    POST,
    PUT,
    DELETE,
    PROPFIND,
    PROPPATCH,
    REPORT,
    MKCALENDAR,
    MKCOL,
    COPY,
    MOVE,
    LOCK,
    UNLOCK,
    ACL,
  ].map((method) => [method.name, method]),
);
