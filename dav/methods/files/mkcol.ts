import { violated } from "../../errors.ts";
import type { DavRequest, DavResponse } from "../../http/request.ts";
import { checkLocks } from "../../locks.ts";
import type { Propstat } from "../../multistatus.ts";
import type { FilePath } from "../../paths.ts";
import { planUpdate, type PropertyInstruction } from "../../property-update.ts";
import type { StoredProperties } from "../../store.ts";
import { elements } from "../../xml/element.ts";
import { dav, type QName } from "../../xml/names.ts";
import type { MethodContext, Work } from "../method.ts";
import { checkState } from "../state.ts";
import { fileWork, placeOf } from "./write.ts";

interface Creation {
  readonly instructions: readonly PropertyInstruction[];
  readonly failure: (path: FilePath, propstats: readonly Propstat[]) => DavResponse;
}

/** MKCOL of a plain collection (RFC 4918 section 9.3), perhaps with properties (RFC 5689). */
export function makeFileCollection(
  path: FilePath,
  { instructions, failure }: Creation,
  request: DavRequest,
  context: MethodContext,
): Work {
  checkType(instructions);
  const plan = planUpdate(instructions, "file-collection", null, context);
  return fileWork([path], request, context, async (tx, held) => {
    const { file, parent } = await tx.files.find(path.owner, path.names, { data: false });
    if (file !== null) {
      throw violated("resource-must-be-null", "something is mapped to this URL already");
    }
    checkLocks(held, path, { membership: true });
    const place = placeOf(path, parent, context);
    checkState(request, null);
    if (!plan.ok) return failure(path, plan.propstats);
    const set = Object.entries(plan.changes).filter(([, value]) => value !== null);
    await tx.files.create(place, null, Object.fromEntries(set) as StoredProperties);
    return { status: 201, headers: { "cache-control": "no-cache" } };
  });
}

function checkType(instructions: readonly PropertyInstruction[]): void {
  const type = instructions.find(({ name }) => name === dav("resourcetype"))?.value;
  const names: QName[] = type ? elements(type).map(({ name }) => name) : [dav("collection")];
  if (names.length !== 1 || names[0] !== dav("collection")) {
    throw violated("valid-resourcetype", "only plain collections can be made here");
  }
}
