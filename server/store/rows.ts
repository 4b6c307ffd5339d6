import type {
  CollectionRow,
  HomeKind,
  HomeRow,
  ObjectRow,
  StoredProperties,
} from "../../dav/store.ts";

/**
 * Columns and mappers: how rows of Postgres become rows of dav/store.ts. A column list is used with the
 * table aliases p (principal), h (home), b (binding), c (collection) and o (object).
 */
export const HOME_COLUMNS = `
  p.id as owner_id, p.name as owner_name, p.display_name as owner_display_name,
  h.kind as home_kind, h.uuid as home_uuid, h.sync_seq as home_seq, h.push_key as home_push_key,
  h.properties as home_properties`;

export const COLLECTION_COLUMNS = `
  b.name as collection_name, b.changed_seq as binding_seq, c.id as collection_id,
  c.kind as collection_kind, c.uuid as collection_uuid, c.sync_seq as collection_seq, c.push_key as collection_push_key,
  c.components as collection_components, c.subscribed as collection_subscribed, c.properties as collection_properties,
  c.created_at as collection_created_at`;

/** Without what is costly to read and seldom shown. */
export const BRIEF_COLUMNS = `
  o.name, o.changed_seq as seq, o.uid, o.component, o.etag, o.content_type, o.properties`;

export const OBJECT_COLUMNS = `${BRIEF_COLUMNS}, octet_length(o.data) as size, o.created_at, o.modified_at`;

export interface HomeColumns {
  owner_id: number;
  owner_name: string;
  owner_display_name: string;
  home_kind: HomeKind;
  home_uuid: string;
  home_seq: number;
  home_push_key: string;
  home_properties: StoredProperties;
  home_granted?: string[] | null;
}

export interface CollectionColumns {
  collection_name: string;
  binding_seq: number;
  collection_id: number;
  collection_kind: "calendar" | "addressbook";
  collection_uuid: string;
  collection_seq: number;
  collection_push_key: string;
  collection_components: string[];
  collection_subscribed: boolean;
  collection_properties: StoredProperties;
  collection_created_at: Date;
  /** See grantedColumn; only where others than the owner may look. */
  collection_granted?: string[] | null;
}

export interface ObjectColumns {
  name: string;
  seq: number;
  uid: string;
  component: string;
  etag: string;
  content_type: string;
  properties: StoredProperties;
  size?: number;
  created_at?: Date;
  modified_at?: Date;
  data?: Buffer;
}

/** Columns of an outer join, where a tombstone or missing object is all null but its name and seq. */
export type MaybeObjectColumns = Pick<ObjectColumns, "name" | "seq"> &
  (Omit<ObjectColumns, "name" | "seq"> | { etag: null });

export function toHome(row: HomeColumns): HomeRow {
  const { home_granted: granted } = row;
  return {
    kind: row.home_kind,
    owner: { id: row.owner_id, name: row.owner_name, displayName: row.owner_display_name },
    uuid: row.home_uuid,
    seq: row.home_seq,
    pushKey: row.home_push_key,
    properties: row.home_properties,
    ...(granted !== undefined && { granted }),
  };
}

export function toCollection(row: CollectionColumns, home: HomeRow): CollectionRow {
  return {
    kind: row.collection_kind,
    home,
    name: row.collection_name,
    id: row.collection_id,
    uuid: row.collection_uuid,
    seq: row.collection_seq,
    pushKey: row.collection_push_key,
    components: row.collection_components,
    subscribed: row.collection_subscribed,
    properties: row.collection_properties,
    createdAt: row.collection_created_at,
    granted: row.collection_granted ?? null,
  };
}

export function toObject(row: ObjectColumns): ObjectRow {
  return {
    name: row.name,
    seq: row.seq,
    uid: row.uid,
    component: row.component,
    etag: row.etag,
    contentType: row.content_type,
    size: row.size ?? null,
    createdAt: row.created_at ?? null,
    modifiedAt: row.modified_at ?? null,
    properties: row.properties,
    ...(row.data && { data: row.data }),
  };
}

/** Null for a tombstone, or for the object side of an outer join that found none. */
export function toMaybeObject(row: MaybeObjectColumns): ObjectRow | null {
  return row.etag === null ? null : toObject(row);
}
