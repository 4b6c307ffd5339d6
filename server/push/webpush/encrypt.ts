import {
  createCipheriv,
  createECDH,
  createSecretKey,
  ECDH,
  hkdfSync,
  randomBytes,
} from "node:crypto";

/** What a receiver gave to encrypt for it. */
export interface ReceiverKeys {
  /** Its public key: 65 octets, an uncompressed point of P-256. */
  readonly p256dh: Buffer;
  /** 16 octets that it shares with us alone. */
  readonly auth: Buffer;
}

const CURVE = "prime256v1";
const RECORD_SIZE = 4096;
/** Octets of plain text that fit into the one record a push message has. */
export const MAX_PLAIN = 3993;

/** Base64url or base64, with or without padding; null when it is neither. */
function decode(text: string): Buffer | null {
  return /^[A-Za-z0-9_+/-]+={0,2}$/.test(text) ? Buffer.from(text, "base64url") : null;
}

function isOnCurve(point: Buffer): boolean {
  try {
    ECDH.convertKey(point, CURVE);
    return true;
  } catch {
    return false;
  }
}

/** Reads the keys of a receiver; null unless they are a point of P-256, uncompressed, and 16 octets. */
export function readReceiverKeys(p256dh: string, auth: string): ReceiverKeys | null {
  const point = decode(p256dh);
  const secret = decode(auth);
  // Node takes compressed points as well, which RFC 8291 does not.
  if (point?.length !== 65 || point[0] !== 4 || secret?.length !== 16) return null;
  return isOnCurve(point) ? { p256dh: point, auth: secret } : null;
}

/** What makes each message differ; given in tests only. */
interface Fresh {
  readonly salt: Buffer;
  readonly sender: ECDH;
}

function fresh(): Fresh {
  const sender = createECDH(CURVE);
  sender.generateKeys();
  return { salt: randomBytes(16), sender };
}

/** HKDF with SHA-256 (RFC 5869). Node takes much longer over a secret that is no key object. */
function derive(secret: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Buffer {
  return Buffer.from(hkdfSync("sha256", createSecretKey(secret), salt, info, length));
}

const text = (value: string) => Buffer.from(`${value}\0`);

const KEY_INFO = text("WebPush: info");
const CONTENT_KEY_INFO = text("Content-Encoding: aes128gcm");
const NONCE_INFO = text("Content-Encoding: nonce");

/**
 * Encrypts one push message (RFC 8291; content coding aes128gcm of RFC 8188, one record).
 *
 * @param plain up to {@link MAX_PLAIN} octets
 */
export function encrypt(
  plain: Uint8Array,
  { p256dh, auth }: ReceiverKeys,
  { salt, sender }: Fresh = fresh(),
): Buffer {
  if (plain.length > MAX_PLAIN) throw new RangeError("the message does not fit into one record");
  const from = sender.getPublicKey();
  const shared = sender.computeSecret(p256dh);
  const secret = derive(shared, auth, Buffer.concat([KEY_INFO, p256dh, from]), 32);
  const contentKey = derive(secret, salt, CONTENT_KEY_INFO, 16);
  const nonce = derive(secret, salt, NONCE_INFO, 12);
  const cipher = createCipheriv("aes-128-gcm", contentKey, nonce);
  // 2 ends the last record (RFC 8188 section 2).
  const sealed = [cipher.update(plain), cipher.update(Buffer.of(2)), cipher.final()];
  const size = Buffer.alloc(4);
  size.writeUInt32BE(RECORD_SIZE);
  return Buffer.concat([salt, size, Buffer.of(from.length), from, ...sealed, cipher.getAuthTag()]);
}
