import type { FileRow } from "./file-store.ts";
import { formatPath, type ContainerPath, type Path } from "./paths.ts";
import type {
  CollectionRow,
  HomeKind,
  HomeRow,
  ObjectRow,
  PrincipalRow,
  StoredProperties,
} from "./store.ts";

export interface HomesResource {
  readonly kind: "homes";
  readonly home: HomeKind | "files";
}
export interface PrincipalResource {
  readonly kind: "principal";
  readonly principal: PrincipalRow;
}
export interface HomeResource {
  readonly kind: "calendar-home" | "addressbook-home";
  readonly home: HomeRow;
}
export interface CollectionResource {
  readonly kind: "calendar" | "addressbook";
  readonly collection: CollectionRow;
}
export interface ObjectResource {
  readonly kind: "calendar-object" | "addressbook-object";
  readonly collection: CollectionRow;
  readonly object: ObjectRow;
}

export interface FileResource {
  readonly kind: "file-home" | "file-collection" | "file";
  readonly file: FileRow;
}

/** The accounts of the server as an address book that nobody can change. */
export interface DirectoryResource {
  readonly kind: "directory";
}
/** The card of an account, made for each answer. */
export interface DirectoryCardResource {
  readonly kind: "directory-card";
  readonly principal: PrincipalRow;
  readonly object: CardObject;
}
/** What is known of a card that is not stored. */
export type CardObject = Required<Pick<ObjectRow, "etag" | "contentType" | "size" | "data">> & {
  readonly modifiedAt: null;
};

/** Whatever a URL is mapped to. */
export type Resource =
  | ContainerPath
  | HomesResource
  | DirectoryResource
  | DirectoryCardResource
  | PrincipalResource
  | HomeResource
  | CollectionResource
  | ObjectResource
  | FileResource;

export type ResourceKind = Resource["kind"];

export function homeResource(home: HomeRow): HomeResource {
  return { kind: home.kind === "calendars" ? "calendar-home" : "addressbook-home", home };
}

export function collectionResource(collection: CollectionRow): CollectionResource {
  return { kind: collection.kind, collection };
}

export function objectResource(collection: CollectionRow, object: ObjectRow): ObjectResource {
  return { kind: `${collection.kind}-object`, collection, object };
}

export function fileResource(file: FileRow): FileResource {
  if (file.content !== null) return { kind: "file", file };
  return { kind: file.names.length === 0 ? "file-home" : "file-collection", file };
}

export function isHome(resource: Resource): resource is HomeResource {
  return resource.kind === "calendar-home" || resource.kind === "addressbook-home";
}

export function isCollection(resource: Resource): resource is CollectionResource {
  return resource.kind === "calendar" || resource.kind === "addressbook";
}

export function isObject(resource: Resource): resource is ObjectResource {
  return resource.kind === "calendar-object" || resource.kind === "addressbook-object";
}

/** Whether a resource lies in the files area. */
export function isInFiles(resource: Resource): resource is FileResource {
  return "file" in resource;
}

/** Whether a resource is a collection of files. */
export function isFileCollection(resource: Resource): resource is FileResource {
  return resource.kind === "file-home" || resource.kind === "file-collection";
}

/** The path of a resource. */
export function pathOf(resource: Resource): Path {
  switch (resource.kind) {
    case "directory-card":
      return { kind: "directory-card", account: resource.principal.name };
    case "principal":
      return { kind: "principal", owner: resource.principal.name };
    case "calendar-home":
    case "addressbook-home":
      return { kind: "home", home: resource.home.kind, owner: resource.home.owner.name };
    case "calendar":
    case "addressbook":
      return collectionPath(resource.collection);
    case "calendar-object":
    case "addressbook-object":
      return {
        ...collectionPath(resource.collection),
        kind: "object",
        object: resource.object.name,
      };
    case "file-home":
    case "file-collection":
    case "file":
      return { kind: "file", owner: resource.file.owner.name, names: resource.file.names };
    default:
      return resource;
  }
}

function collectionPath(collection: CollectionRow): Path & { kind: "collection" } {
  const { home, name } = collection;
  return { kind: "collection", home: home.kind, owner: home.owner.name, collection: name };
}

/** The href of a resource, as it stands in every answer. */
export function hrefOf(resource: Resource): string {
  const path = formatPath(pathOf(resource));
  return resource.kind === "file-collection" ? `${path}/` : path;
}

/** The id of the principal that owns a resource, or null for what belongs to the server. */
export function ownerOf(resource: Resource): { id: number; name: string } | null {
  if (resource.kind === "principal") return resource.principal;
  if (isHome(resource)) return resource.home.owner;
  if (isCollection(resource) || isObject(resource)) return resource.collection.home.owner;
  return isInFiles(resource) ? resource.file.owner : null;
}

/** The properties kept as a client wrote them. */
export function storedProperties(resource: Resource): StoredProperties {
  if (resource.kind === "principal") return resource.principal.properties;
  if (isHome(resource)) return resource.home.properties;
  if (isCollection(resource)) return resource.collection.properties;
  if (isObject(resource)) return resource.object.properties;
  return isInFiles(resource) ? resource.file.properties : {};
}
