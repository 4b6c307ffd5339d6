import { sign } from "node:crypto";
import type { Signer } from "./credential.ts";

/** Apple takes a token for an hour, and new ones not more often than every 20 minutes. */
const RENEW_AFTER = 40 * 60;
const KEEP_FOR = 20 * 60;

interface Issued {
  readonly signer: Signer;
  readonly token: string;
  readonly at: number;
}

/** Provider authentication tokens (JWT, ES256), one per key and shared by all who send with it. */
export interface ProviderTokens {
  /** The token in force for a key. */
  get(signer: Signer): string;
  /** Asks for a fresh one, as APNs found the present one too old. Returns false while that would be too soon. */
  renew(signer: Signer): boolean;
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function issue(signer: Signer, at: number): Issued {
  const head = encode({ alg: "ES256", kid: signer.keyId, typ: "JWT" });
  const signed = `${head}.${encode({ iss: signer.teamId, iat: at })}`;
  const signature = sign("sha256", Buffer.from(signed), {
    key: signer.key,
    dsaEncoding: "ieee-p1363",
  });
  return { signer, token: `${signed}.${signature.toString("base64url")}`, at };
}

function nameOf(signer: Signer): string {
  return `${signer.teamId} ${signer.keyId}`;
}

export function createProviderTokens(clock: () => Date): ProviderTokens {
  const issued = new Map<string, Issued>();
  const seconds = (): number => Math.floor(clock().getTime() / 1000);

  function inForce(signer: Signer, longest: number): Issued | null {
    const found = issued.get(nameOf(signer));
    if (!found || !found.signer.key.equals(signer.key)) return null;
    return seconds() - found.at < longest ? found : null;
  }

  return {
    get(signer) {
      const found = inForce(signer, RENEW_AFTER) ?? issue(signer, seconds());
      issued.set(nameOf(signer), found);
      return found.token;
    },
    renew(signer) {
      if (inForce(signer, KEEP_FOR)) return false;
      issued.delete(nameOf(signer));
      return true;
    },
  };
}
