import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";

/** The key pair by which push services know this server (RFC 8292). */
export interface VapidKey {
  /** Base64url of the uncompressed point: 87 characters. */
  readonly publicKey: string;
  readonly privateKey: KeyObject;
}

/** Seconds a token is valid, at most a day by RFC 8292 section 2, and for how many it is used. */
const VALID = 12 * 3600;
const USED = 10 * 3600;

/** Origins whose tokens are remembered; the oldest is forgotten. */
const REMEMBERED = 1000;

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function publicOf(key: KeyObject): string {
  const { x = "", y = "" } = key.export({ format: "jwk" });
  const point = [Buffer.of(4), Buffer.from(x, "base64url"), Buffer.from(y, "base64url")];
  return Buffer.concat(point).toString("base64url");
}

/** Makes a key pair. @returns its public key, and the private one as PEM to be stored */
export function generateVapidKey(): { publicKey: string; privateKey: string } {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  return { publicKey: publicOf(privateKey), privateKey: pem };
}

/** Reads a private key as {@link generateVapidKey} gave it. */
export function readVapidKey(pem: string): VapidKey {
  const privateKey = createPrivateKey(pem);
  return { publicKey: publicOf(privateKey), privateKey };
}

function signToken(key: VapidKey, claims: Readonly<Record<string, unknown>>): string {
  const head = `${encode({ typ: "JWT", alg: "ES256" })}.${encode(claims)}`;
  const signature = sign("sha256", Buffer.from(head), {
    key: key.privateKey,
    dsaEncoding: "ieee-p1363",
  });
  return `${head}.${signature.toString("base64url")}`;
}

/**
 * Makes the header Authorization for pushes; a token is signed once for each origin and used for hours, as RFC 8292
 * section 5 advises.
 *
 * @param subject mailto: or https: URI of whoever runs the server
 */
export function createVapid(
  subject: string,
  clock: () => Date,
): (key: VapidKey, origin: string) => string {
  const tokens = new Map<string, { token: string; until: number }>();

  return (key, origin) => {
    const now = Math.floor(clock().getTime() / 1000);
    const name = `${key.publicKey} ${origin}`;
    let known = tokens.get(name);
    if (!known || known.until <= now) {
      const token = signToken(key, { aud: origin, exp: now + VALID, sub: subject });
      known = { token, until: now + USED };
      tokens.delete(name);
      tokens.set(name, known);
      const [oldest] = tokens.keys();
      if (tokens.size > REMEMBERED && oldest !== undefined) tokens.delete(oldest);
    }
    return `vapid t=${known.token}, k=${key.publicKey}`;
  };
}
