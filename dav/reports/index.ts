import type { QName } from "../xml/names.ts";
import { ACL_PRINCIPAL_PROP_SET } from "./acl-principal-prop-set.ts";
import { ADDRESSBOOK_MULTIGET, CALENDAR_MULTIGET } from "./multiget.ts";
import { ADDRESSBOOK_QUERY } from "./addressbook-query.ts";
import { CALENDAR_QUERY } from "./calendar-query.ts";
import { FREE_BUSY_QUERY } from "./free-busy-query.ts";
import { EXPAND_PROPERTY } from "./expand-property.ts";
import { PRINCIPAL_MATCH } from "./principal-match.ts";
import { PRINCIPAL_PROPERTY_SEARCH, PRINCIPAL_SEARCH_PROPERTY_SET } from "./principal-search.ts";
import type { Report } from "./report.ts";
import { SYNC_COLLECTION } from "./sync-collection.ts";

/** Every report by the name of its root element; supported-report-set derives from it. */
export const REPORTS: ReadonlyMap<QName, Report> = new Map(
  [
    SYNC_COLLECTION,
    CALENDAR_MULTIGET,
    CALENDAR_QUERY,
    FREE_BUSY_QUERY,
    ADDRESSBOOK_MULTIGET,
    ADDRESSBOOK_QUERY,
    EXPAND_PROPERTY,
    PRINCIPAL_PROPERTY_SEARCH,
    PRINCIPAL_SEARCH_PROPERTY_SET,
    PRINCIPAL_MATCH,
    ACL_PRINCIPAL_PROP_SET,
  ].map((report) => [report.name, report]),
);
