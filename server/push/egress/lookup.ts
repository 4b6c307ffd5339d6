import type { LookupAddress } from "node:dns";
import type { LookupFunction } from "node:net";

/** Gives all addresses of a name. */
export type Resolve = (name: string) => Promise<readonly LookupAddress[]>;

/** The name leads to an address that nothing is sent to. */
export class NotPublicError extends Error {
  override name = "NotPublicError";
}

/**
 * A look-up for connections: the addresses it gives are those that were checked, so nothing can change between check
 * and use. One address that is not allowed refuses the name, for which of several is used is left to chance.
 */
export function vettedLookup(
  resolve: Resolve,
  allowed: (address: string) => boolean,
): LookupFunction {
  async function vet(name: string): Promise<readonly [LookupAddress, ...LookupAddress[]]> {
    const [first, ...others] = await resolve(name);
    if (!first || ![first, ...others].every(({ address }) => allowed(address)))
      throw new NotPublicError(`${name} is not at a public address`);
    return [first, ...others];
  }

  return async (name, options, callback) => {
    let found;
    try {
      found = await vet(name);
    } catch (error) {
      callback(error instanceof Error ? error : new Error(String(error)), []);
      return;
    }
    if (options.all) callback(null, [...found]);
    else callback(null, found[0].address, found[0].family);
  };
}
