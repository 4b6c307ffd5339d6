import { directoryCard } from "./directory.ts";
import { forbidden } from "./privileges.ts";
import { formatPath, isInHome, type ObjectPath, type Path, type PlacePath } from "./paths.ts";
import {
  collectionResource,
  fileResource,
  homeResource,
  objectResource,
  type CollectionResource,
  type ObjectResource,
  type Resource,
} from "./resource.ts";
import type { CollectionRow, Columns, ObjectRow, Transaction } from "./store.ts";

const NO_DATA: Columns = { data: false };

/**
 * Finds what a path is mapped to, in one statement. Only what is altogether hidden from the user is
 * not found; privileges are not checked.
 *
 * @returns null when nothing is mapped there
 */
export async function resolve(
  tx: Transaction,
  path: Path,
  columns: Columns = NO_DATA,
): Promise<Resource | null> {
  if (!("owner" in path) && path.kind !== "directory-card") return path;
  switch (path.kind) {
    case "directory-card": {
      const account = await tx.findPrincipal(path.account);
      return account && directoryCard(account);
    }
    case "principal": {
      const principal = await tx.findPrincipal(path.owner);
      return principal && { kind: "principal", principal };
    }
    case "home": {
      const home = await tx.findHome(path.home, path.owner);
      return home && homeResource(home);
    }
    case "collection":
      return resolveCollection(tx, path);
    case "object":
      return (await resolveObject(tx, path, columns)).object;
    case "file": {
      const { file } = await tx.files.find(path.owner, path.names, columns);
      return file && fileResource(file);
    }
  }
}

async function resolveCollection(
  tx: Transaction,
  path: Path & { kind: "collection" },
): Promise<CollectionResource | null> {
  const collection = await tx.findCollection(path.home, path.owner, path.collection);
  return collection && collectionResource(collection);
}

interface Found {
  readonly collection: CollectionResource | null;
  readonly object: ObjectResource | null;
}

/** The object at a path and the collection above it; either may be missing. */
export async function resolveObject(
  tx: Transaction,
  path: ObjectPath,
  columns: Columns = NO_DATA,
): Promise<Found> {
  const { home, owner, collection, object } = path;
  return toResources(await tx.findObject(home, owner, collection, object, columns));
}

/** As resolveObject, with the name of the member that has a UID; null where none has. */
export async function resolveTarget(
  tx: Transaction,
  path: ObjectPath,
  uid: string,
): Promise<Found & { holder: string | null }> {
  const { home, owner, collection, object } = path;
  const found = await tx.findTarget(home, owner, collection, object, uid);
  return { ...toResources(found), holder: found?.holder ?? null };
}

function toResources(found: { collection: CollectionRow; object: ObjectRow | null } | null): Found {
  if (found === null) return { collection: null, object: null };
  return {
    collection: collectionResource(found.collection),
    object: found.object && objectResource(found.collection, found.object),
  };
}

/** Whether a path lies in the home of another. */
export function isForeign(path: Path, user: { name: string }): path is PlacePath {
  return isInHome(path) && path.owner !== user.name;
}

/**
 * Refuses a path in the home of another, unless something was granted there. What is not there is refused
 * in the same words, so that the answer does not tell.
 *
 * @throws DavError 403 need-privileges
 */
export async function checkGranted(tx: Transaction, path: PlacePath): Promise<void> {
  if (path.kind === "file") {
    if (await tx.files.isGranted(path.owner, path.names)) return;
    throw forbidden("read", formatPath(path));
  }
  const found =
    path.kind === "home"
      ? await tx.findHome(path.home, path.owner)
      : await tx.findCollection(path.home, path.owner, path.collection);
  if (found !== null) return;
  // Who was granted something on the home may know what is not in it.
  const home = path.kind === "home" ? null : await tx.findHome(path.home, path.owner);
  if ((home?.granted ?? []).length === 0) throw forbidden("read", formatPath(path));
}
