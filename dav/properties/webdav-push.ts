import { topicFor } from "../push/topic.ts";
import { isHome } from "../resource.ts";
import { el } from "../xml/element.ts";
import { dav, webdavPush } from "../xml/names.ts";
import { COLLECTIONS, HOMES, property } from "./property.ts";

const PUSHABLE = [...HOMES, ...COLLECTIONS] as const;

const trigger = (local: string, depth: string) =>
  el(webdavPush(local), [el(dav("depth"), [depth])]);

/** The token of a home moves with every change below it. */
const HOME_TRIGGERS = [trigger("content-update", "infinity")];
const COLLECTION_TRIGGERS = [trigger("content-update", "1"), trigger("property-update", "0")];

/** WebDAV-Push (draft-bitfire-webdav-push, section "Push Properties"); there when it is switched on. */
export const WEBDAV_PUSH = [
  property({
    name: webdavPush("transports"),
    on: PUSHABLE,
    get: (_, { push }) =>
      push.web && [
        el(webdavPush("web-push"), [
          el(webdavPush("vapid-public-key"), [push.web.publicKey], { type: "p256ecdsa" }),
        ]),
      ],
  }),
  property({
    name: webdavPush("topic"),
    on: PUSHABLE,
    get: (resource, { push, user }) => push.web && [topicFor(resource, user.id)],
  }),
  property({
    name: webdavPush("supported-triggers"),
    on: PUSHABLE,
    get: (resource, { push }) =>
      push.web && (isHome(resource) ? HOME_TRIGGERS : COLLECTION_TRIGGERS),
  }),
];
