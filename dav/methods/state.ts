import { checkWrite, type CurrentState } from "../http/preconditions.ts";
import type { DavRequest } from "../http/request.ts";
import { isInFiles, isObject, type Resource } from "../resource.ts";

/** What stands at a URL as conditional headers see it; a collection has no entity tag. */
export function stateOf(resource: Resource): CurrentState {
  if (isObject(resource)) return resource.object;
  if (!isInFiles(resource)) return { etag: null, modifiedAt: null };
  const { content, modifiedAt } = resource.file;
  return { etag: content?.etag ?? null, modifiedAt };
}

/**
 * Checks the conditional headers of a writing request (RFC 9110 section 13).
 *
 * @param resource what the request is about; null where nothing is mapped
 * @throws DavError 412
 */
export function checkState(request: DavRequest, resource: Resource | null): void {
  checkWrite(request, resource && stateOf(resource));
}
