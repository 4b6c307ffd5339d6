import { child, childrenOf, elements, text } from "../../dav/xml/element.ts";
import { dav } from "../../dav/xml/names.ts";
import { parseXml } from "../../dav/xml/parse.ts";
import type { Send } from "./transcript.ts";

/** A client that keeps a copy of a collection by sync-collection alone. */
export class SyncClient {
  /** Member href → etag, as far as the client knows. */
  readonly members = new Map<string, string>();
  token = "";
  readonly #send: Send;
  readonly #target: string;
  readonly #level: string;
  readonly #user: string;

  constructor(send: Send, target: string, level: "1" | "infinite" = "1", user = "alice") {
    this.#send = send;
    this.#target = target;
    this.#level = level;
    this.#user = user;
  }

  /**
   * Fetches one page.
   *
   * @returns whether there is more
   */
  async page(limit?: number): Promise<boolean> {
    const nresults = limit === undefined ? "" : `<limit><nresults>${limit}</nresults></limit>`;
    const body = `<sync-collection xmlns="DAV:"><sync-token>${this.token}</sync-token>
      <sync-level>${this.#level}</sync-level>${nresults}<prop><getetag/></prop></sync-collection>`;
    const request = { method: "REPORT", target: this.#target, user: this.#user, headers: {}, body };
    const answer = await this.#send(request);
    if (answer.status === 403) return this.#restart(answer.body);
    if (answer.status !== 207) throw new Error(`${answer.status}: ${answer.body}`);
    return this.#apply(answer.body);
  }

  /** Pages until all is told. */
  async catchUp(limit?: number): Promise<void> {
    let last: string | undefined;
    while (await this.page(limit)) {
      if (this.token === last) throw new Error("the token does not advance");
      last = this.token;
    }
  }

  /** Begins anew where the token is of a collection that is gone, and ends where there is nothing to see any more. */
  #restart(body: string): boolean {
    const isInvalidToken = body.includes("valid-sync-token");
    if (!isInvalidToken && !body.includes("need-privileges")) throw new Error(body);
    this.members.clear();
    this.token = "";
    return isInvalidToken;
  }

  #apply(body: string): boolean {
    const root = parseXml(Buffer.from(body));
    let more = false;
    for (const response of childrenOf(root, dav("response"))) {
      const href = text(child(response, dav("href")) ?? root);
      const status = text(child(response, dav("status")) ?? { ...root, children: [] });
      if (status.includes(" 507 ")) more = true;
      else if (status.includes(" 404 ")) this.#forget(href);
      else this.#learn(href, etagOf(response));
    }
    this.token = text(child(root, dav("sync-token")) ?? root);
    return more;
  }

  #learn(href: string, etag: string | null): void {
    if (etag !== null) this.members.set(href, etag);
  }

  /** A removed collection takes its members with it. */
  #forget(href: string): void {
    for (const known of this.members.keys()) {
      if (known === href || (href.endsWith("/") && known.startsWith(href)))
        this.members.delete(known);
    }
  }
}

function etagOf(response: ReturnType<typeof parseXml>): string | null {
  const [propstat] = childrenOf(response, dav("propstat"));
  const prop = propstat && child(propstat, dav("prop"));
  const etag = prop && elements(prop).find(({ name }) => name === dav("getetag"));
  return etag && text(etag) !== "" ? text(etag) : null;
}

/** The members that PROPFIND lists: href → etag. */
export async function listMembers(send: Send, target: string): Promise<Map<string, string>> {
  const body = `<propfind xmlns="DAV:"><prop><getetag/></prop></propfind>`;
  const answer = await send({
    method: "PROPFIND",
    target,
    user: "alice",
    headers: { depth: "1" },
    body,
  });
  const members = new Map<string, string>();
  for (const response of childrenOf(parseXml(Buffer.from(answer.body)), dav("response"))) {
    const etag = etagOf(response);
    if (etag !== null) members.set(text(child(response, dav("href")) ?? response), etag);
  }
  return members;
}
