import { document, el } from "../xml/element.ts";
import { dav, webdavPush } from "../xml/names.ts";

/** A change as push messages tell it. */
export interface PushMessage {
  readonly topic: string;
  readonly content: boolean;
  readonly property: boolean;
  /** The token after the change; null where there is none any more. */
  readonly syncToken: string | null;
}

/** The push-message of a change (draft-bitfire-webdav-push, section "Push Message"). */
export function pushMessage({ topic, content, property, syncToken }: PushMessage): string {
  const token = syncToken === null ? [] : [el(dav("sync-token"), [syncToken])];
  return document(
    el(webdavPush("push-message"), [
      el(webdavPush("topic"), [topic]),
      ...(content ? [el(webdavPush("content-update"), token)] : []),
      ...(property ? [el(webdavPush("property-update"))] : []),
    ]),
  );
}

/**
 * The push-message that announces another key of the server: it has no topic and is sent under the key that goes
 * (section "VAPID Key Rotation").
 */
export function rotationMessage(): string {
  const named = el(dav("prop"), [el(webdavPush("transports"))]);
  return document(el(webdavPush("push-message"), [el(webdavPush("property-update"), [named])]));
}
