import type { DavRequest } from "../http/request.ts";
import type { MethodContext, Work } from "../methods/method.ts";
import type { ResourceKind } from "../resource.ts";
import type { Element } from "../xml/element.ts";
import type { QName } from "../xml/names.ts";

/** A REPORT, told apart by the root element of the body (RFC 3253 section 3.6). */
export interface Report {
  readonly name: QName;
  readonly on: ReadonlySet<ResourceKind>;
  readonly prepare: (root: Element, request: DavRequest, context: MethodContext) => Work;
}
