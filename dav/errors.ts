import { document, el, type Node } from "./xml/element.ts";
import { caldav, carddav, dav, webdavPush, type QName } from "./xml/names.ts";

interface Condition {
  readonly element: QName;
  readonly status: number;
  /** Where the condition is defined. */
  readonly source: string;
}

/** Every precondition and postcondition this server reports: its element, status and source. */
export const CONDITIONS = {
  "cannot-modify-protected-property": {
    element: dav("cannot-modify-protected-property"),
    status: 403,
    source: "RFC 4918 section 16",
  },
  "no-external-entities": {
    element: dav("no-external-entities"),
    status: 403,
    source: "RFC 4918 section 16",
  },
  "propfind-finite-depth": {
    element: dav("propfind-finite-depth"),
    status: 403,
    source: "RFC 4918 section 16",
  },
  "quota-not-exceeded": {
    element: dav("quota-not-exceeded"),
    status: 507,
    source: "RFC 4331 section 6",
  },
  "lock-token-submitted": {
    element: dav("lock-token-submitted"),
    status: 423,
    source: "RFC 4918 section 16",
  },
  "lock-token-matches-request-uri": {
    element: dav("lock-token-matches-request-uri"),
    status: 409,
    source: "RFC 4918 section 16",
  },
  "no-conflicting-lock": {
    element: dav("no-conflicting-lock"),
    status: 423,
    source: "RFC 4918 section 16",
  },
  "resource-must-be-null": {
    element: dav("resource-must-be-null"),
    status: 405,
    source: "RFC 4791 section 5.3.1.1",
  },
  "valid-resourcetype": {
    element: dav("valid-resourcetype"),
    status: 403,
    source: "RFC 5689 section 3.3",
  },
  "need-privileges": {
    element: dav("need-privileges"),
    status: 403,
    source: "RFC 3744 section 7.1.1",
  },
  "grant-only": {
    element: dav("grant-only"),
    status: 403,
    source: "RFC 3744 section 8.1.1",
  },
  "no-invert": {
    element: dav("no-invert"),
    status: 403,
    source: "RFC 3744 section 8.1.1",
  },
  "not-supported-privilege": {
    element: dav("not-supported-privilege"),
    status: 403,
    source: "RFC 3744 section 8.1.1",
  },
  "recognized-principal": {
    element: dav("recognized-principal"),
    status: 403,
    source: "RFC 3744 section 8.1.1",
  },
  "allowed-principal": {
    element: dav("allowed-principal"),
    status: 403,
    source: "RFC 3744 section 8.1.1",
  },
  "limited-number-of-aces": {
    element: dav("limited-number-of-aces"),
    status: 403,
    source: "RFC 3744 section 8.1.1",
  },
  "supported-report": {
    element: dav("supported-report"),
    status: 403,
    source: "RFC 3253 section 3.6",
  },
  "valid-sync-token": {
    element: dav("valid-sync-token"),
    status: 403,
    source: "RFC 6578 section 3.2",
  },
  "number-of-matches-within-limits": {
    element: dav("number-of-matches-within-limits"),
    status: 507,
    source: "RFC 5323 section 5.17, RFC 6578 section 3.8",
  },
  "calendar-collection-location-ok": {
    element: caldav("calendar-collection-location-ok"),
    status: 403,
    source: "RFC 4791 section 5.3.1.1",
  },
  "addressbook-collection-location-ok": {
    element: carddav("addressbook-collection-location-ok"),
    status: 403,
    source: "RFC 6352 section 6.3.1.1",
  },
  "supported-calendar-data": {
    element: caldav("supported-calendar-data"),
    status: 403,
    source: "RFC 4791 section 5.3.2.1",
  },
  "valid-calendar-data": {
    element: caldav("valid-calendar-data"),
    status: 403,
    source: "RFC 4791 section 5.3.2.1",
  },
  "valid-calendar-object-resource": {
    element: caldav("valid-calendar-object-resource"),
    status: 403,
    source: "RFC 4791 section 5.3.2.1",
  },
  "supported-calendar-component": {
    element: caldav("supported-calendar-component"),
    status: 403,
    source: "RFC 4791 section 5.3.2.1",
  },
  "calendar-no-uid-conflict": {
    element: caldav("no-uid-conflict"),
    status: 403,
    source: "RFC 4791 section 5.3.2.1",
  },
  "calendar-max-resource-size": {
    element: caldav("max-resource-size"),
    status: 403,
    source: "RFC 4791 section 5.3.2.1",
  },
  "min-date-time": {
    element: caldav("min-date-time"),
    status: 403,
    source: "RFC 4791 section 5.3.2.1",
  },
  "max-date-time": {
    element: caldav("max-date-time"),
    status: 403,
    source: "RFC 4791 section 5.3.2.1",
  },
  "max-instances": {
    element: caldav("max-instances"),
    status: 403,
    source: "RFC 4791 section 5.3.2.1",
  },
  "max-attendees-per-instance": {
    element: caldav("max-attendees-per-instance"),
    status: 403,
    source: "RFC 4791 section 5.3.2.1",
  },
  "supported-rscale": {
    element: caldav("supported-rscale"),
    status: 403,
    source: "RFC 7529 section 7",
  },
  "valid-timezone": {
    element: caldav("valid-timezone"),
    status: 403,
    source: "RFC 7809 sections 5.2 and 6.1",
  },
  "calendar-valid-filter": {
    element: caldav("valid-filter"),
    status: 403,
    source: "RFC 4791 section 7.8",
  },
  "calendar-supported-collation": {
    element: caldav("supported-collation"),
    status: 403,
    source: "RFC 4791 section 7.5.1",
  },
  "supported-address-data": {
    element: carddav("supported-address-data"),
    status: 403,
    source: "RFC 6352 section 6.3.2.1",
  },
  "supported-address-data-conversion": {
    element: carddav("supported-address-data-conversion"),
    status: 403,
    source: "RFC 6352 section 5.1.1",
  },
  "valid-address-data": {
    element: carddav("valid-address-data"),
    status: 403,
    source: "RFC 6352 section 6.3.2.1",
  },
  "addressbook-no-uid-conflict": {
    element: carddav("no-uid-conflict"),
    status: 403,
    source: "RFC 6352 section 6.3.2.1",
  },
  "addressbook-max-resource-size": {
    element: carddav("max-resource-size"),
    status: 403,
    source: "RFC 6352 section 6.3.2.1",
  },
  "max-image-size": {
    element: carddav("max-image-size"),
    status: 403,
    source: "draft-ietf-vcarddav-carddav-06 section 6.3.2.1",
  },
  "addressbook-supported-filter": {
    element: carddav("supported-filter"),
    status: 403,
    source: "RFC 6352 section 8.6",
  },
  "addressbook-supported-collation": {
    element: carddav("supported-collation"),
    status: 403,
    source: "RFC 6352 section 8.3.1",
  },
  "invalid-subscription": {
    element: webdavPush("invalid-subscription"),
    status: 403,
    source: "draft-bitfire-webdav-push-00, Subscription Registration",
  },
  "push-not-available": {
    element: webdavPush("push-not-available"),
    status: 403,
    source: "draft-bitfire-webdav-push-00, Subscription Registration",
  },
  "no-supported-trigger": {
    element: webdavPush("no-supported-trigger"),
    status: 403,
    source: "draft-bitfire-webdav-push-00, Subscription Registration",
  },
} as const satisfies Record<string, Condition>;

export type ConditionName = keyof typeof CONDITIONS;

/** A request that cannot be carried out; becomes the answer. */
export class DavError extends Error {
  override name = "DavError";
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly condition: ConditionName | undefined;
  readonly content: readonly Node[];

  /**
   * @param status HTTP status
   * @param message a sentence for the person who reads the client's log
   * @param details the violated condition, what stands inside its element, and headers to answer with
   */
  constructor(
    status: number,
    message: string,
    details: {
      condition?: ConditionName;
      content?: readonly Node[];
      headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(message);
    this.status = status;
    this.condition = details.condition;
    this.content = details.content ?? [];
    this.headers = details.headers ?? {};
  }
}

/** The error for a violated condition, with the status its table row gives. */
export function violated(
  condition: ConditionName,
  message: string,
  content: readonly Node[] = [],
): DavError {
  return new DavError(CONDITIONS[condition].status, message, { condition, content });
}

/** The DAV:error element of a condition (RFC 4918 section 16). */
export function errorElement(condition: ConditionName, content: readonly Node[] = []): Node {
  return el(dav("error"), [el(CONDITIONS[condition].element, content)]);
}

const DESCRIPTION = dav("responsedescription");

/** The body of an error answer: DAV:error with the condition and the message. */
export function errorBody(error: DavError): string {
  const condition =
    error.condition === undefined ? [] : [el(CONDITIONS[error.condition].element, error.content)];
  return document(el(dav("error"), [...condition, el(DESCRIPTION, [error.message])]));
}
