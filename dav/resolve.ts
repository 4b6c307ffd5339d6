import { forbidden } from "./privileges.ts";
import { formatPath, isInHome, type Path } from "./paths.ts";
import {
  collectionResource,
  fileResource,
  homeResource,
  objectResource,
  type CollectionResource,
  type ObjectResource,
  type Resource,
} from "./resource.ts";
import type { Columns, Transaction } from "./store.ts";

const NO_DATA: Columns = { data: false };

/**
 * Finds what a path is mapped to, in one statement. Access is not checked.
 *
 * @returns null when nothing is mapped there
 */
export async function resolve(
  tx: Transaction,
  path: Path,
  columns: Columns = NO_DATA,
): Promise<Resource | null> {
  switch (path.kind) {
    case "root":
    case "principals":
      return path;
    case "homes":
      return { kind: "homes", home: path.home };
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

/** The object at a path and the collection above it; either may be missing. */
export async function resolveObject(
  tx: Transaction,
  path: Path & { kind: "object" },
  columns: Columns = NO_DATA,
): Promise<{ collection: CollectionResource | null; object: ObjectResource | null }> {
  const { home, owner, collection, object } = path;
  const found = await tx.findObject(home, owner, collection, object, columns);
  if (found === null) return { collection: null, object: null };
  return {
    collection: collectionResource(found.collection),
    object: found.object && objectResource(found.collection, found.object),
  };
}

/**
 * Refuses paths below another principal's home before anything is looked up, so that the answer does
 * not tell whether something is there.
 *
 * @throws DavError 403 need-privileges
 */
export function checkOwnHome(path: Path, user: { name: string }): void {
  if (isInHome(path) && path.owner !== user.name) throw forbidden("read", formatPath(path));
}
