import { DavError } from "../errors.ts";
import { xmlBody } from "../http/body.ts";
import { prefersMinimal } from "../http/prefer.ts";
import { multistatus, propstatResponse } from "../multistatus.ts";
import { checkLocks } from "../locks.ts";
import { isInHome, type Path } from "../paths.ts";
import { need } from "../privileges.ts";
import { EVERYWHERE } from "../properties/property.ts";
import { planUpdate, readInstructions } from "../property-update.ts";
import { resolve } from "../resolve.ts";
import {
  hrefOf,
  isCollection,
  isHome,
  isInFiles,
  isObject,
  storedProperties,
  type Resource,
} from "../resource.ts";
import type { PropertyChanges, Transaction } from "../store.ts";
import { dav } from "../xml/names.ts";
import type { Method } from "./method.ts";
import { checkIf, prepareIf } from "./conditions.ts";
import { checkState } from "./state.ts";
import { enter } from "./write.ts";

/** PROPPATCH (RFC 4918 section 9.2): live and dead properties, all or nothing. */
export const PROPPATCH: Method = {
  name: "PROPPATCH",
  on: new Set(EVERYWHERE),
  prepare(request, context) {
    const instructions = readInstructions(xmlBody(request, [dav("propertyupdate")]));
    const conditions = prepareIf(request);
    const path = targetOf(request.path, context.user);
    return {
      mode: "write",
      run: async (tx) => {
        const held = isInHome(path) ? await enter(tx, [path], conditions, request, context) : null;
        if (held === null) await checkIf(tx, conditions, request, context, []);
        const resource = await resolve(tx, path);
        if (resource === null) throw new DavError(404, "nothing is mapped to this URL");
        need("write-properties", resource, context.user.id);
        if (held !== null) checkLocks(held, path);
        checkState(request, resource);
        const plan = planUpdate(instructions, resource.kind, storedProperties(resource), context);
        if (plan.ok) await apply(tx, resource, plan.changes);
        // RFC 8144 section 2.2: all went well, and that is all there is to say.
        if (plan.ok && prefersMinimal(request)) return { status: 204, headers: {} };
        return multistatus([propstatResponse(hrefOf(resource), plan.propstats)]);
      },
    };
  },
};

/** COMPAT(macOS): default alarms are set on the root too; they are the user's (busybook issue 9). */
function targetOf(path: Path, user: { name: string }): Path {
  return path.kind === "root" ? { kind: "principal", owner: user.name } : path;
}

async function apply(tx: Transaction, resource: Resource, changes: PropertyChanges): Promise<void> {
  if (resource.kind === "principal") {
    await tx.changePrincipalProperties(resource.principal, changes);
  } else if (isHome(resource)) {
    await tx.changeHomeProperties(resource.home, changes);
  } else if (isCollection(resource)) {
    await tx.changeCollectionProperties(resource.collection, changes);
  } else if (isObject(resource)) {
    await tx.changeObjectProperties(resource.collection, resource.object, changes);
  } else if (isInFiles(resource)) {
    await tx.files.changeProperties(resource.file, changes);
  }
}
