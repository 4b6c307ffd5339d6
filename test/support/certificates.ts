/**
 * A certificate authority for tests, in plain node:crypto, so that tests need no openssl binary: just enough DER
 * (X.690) to write X.509 certificates (RFC 5280) with P-256 keys.
 */
import {
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from "node:crypto";

export interface Issued {
  readonly certificate: string;
  readonly key: string;
}

export interface LeafOptions {
  readonly subject: Readonly<Record<string, string>>;
  readonly from?: Date;
  readonly to?: Date;
  /** SAN for a server on this machine. */
  readonly localhost?: boolean;
}

const OIDS: Readonly<Record<string, string>> = {
  CN: "2.5.4.3",
  C: "2.5.4.6",
  UID: "0.9.2342.19200300.100.1.1",
};
const DAY = 86_400_000;
const EMPTY = Buffer.alloc(0);

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size =
    length < 128
      ? [length]
      : length < 256
        ? [0x81, length]
        : [0x82, Math.floor(length / 256), length % 256];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const sequence = (...parts: Buffer[]): Buffer => der(0x30, ...parts);

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const group = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
      group.unshift(128 + (left % 128));
    bytes.push(...group);
  }
  return der(0x06, Buffer.from(bytes));
}

function name(subject: Readonly<Record<string, string>>): Buffer {
  const parts = Object.entries(subject).map(([type, value]) => {
    const dotted = OIDS[type];
    if (!dotted) throw new Error(`no OID for ${type}`);
    return der(0x31, sequence(oid(dotted), der(0x0c, Buffer.from(value))));
  });
  return sequence(...parts);
}

function time(date: Date): Buffer {
  const digits = date.toISOString().replaceAll(/[-:T]|\.\d+/g, "");
  return der(0x18, Buffer.from(digits));
}

function extension(dotted: string, value: Buffer): Buffer {
  return sequence(oid(dotted), der(0x04, value));
}

const ECDSA_SHA256 = sequence(oid("1.2.840.10045.4.3.2"));
const CA_TRUE = extension("2.5.29.19", sequence(der(0x01, Buffer.from([0xff]))));
const LOCALHOST = extension(
  "2.5.29.17",
  sequence(der(0x82, Buffer.from("localhost")), der(0x87, Buffer.from([127, 0, 0, 1]))),
);
/** Apple's markers: development and production. */
const APPLE = ["1.2.840.113635.100.6.3.1", "1.2.840.113635.100.6.3.2"].map((dotted) =>
  extension(dotted, der(0x05, EMPTY)),
);

function pem(certificate: Buffer): string {
  return new X509Certificate(certificate).toString();
}

function certify(
  issuer: { subject: Buffer; key: KeyObject },
  subject: Buffer,
  publicKey: KeyObject,
  validity: Buffer,
  extensions: readonly Buffer[],
): string {
  const unsigned = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1]), randomBytes(8)),
    ECDSA_SHA256,
    issuer.subject,
    validity,
    subject,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(...extensions)),
  );
  const signature = sign("sha256", unsigned, issuer.key);
  return pem(sequence(unsigned, ECDSA_SHA256, der(0x03, Buffer.from([0]), signature)));
}

function makeKey(): KeyObject {
  return generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
}

export function exportKey(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}

/** A certificate authority of its own. */
export class Authority {
  readonly #key = makeKey();
  readonly #subject: Buffer;
  readonly certificate: string;

  constructor(commonName: string) {
    const validity = sequence(time(new Date(Date.now() - DAY)), time(new Date(Date.now() + DAY)));
    this.#subject = name({ CN: commonName });
    const issuer = { subject: this.#subject, key: this.#key };
    const publicKey = createPublicKey(this.#key);
    this.certificate = certify(issuer, this.#subject, publicKey, validity, [CA_TRUE]);
  }

  issue(options: LeafOptions): Issued {
    const { from = new Date(Date.now() - DAY), to = new Date(Date.now() + 365 * DAY) } = options;
    const key = makeKey();
    const issuer = { subject: this.#subject, key: this.#key };
    const extensions = options.localhost ? [LOCALHOST] : APPLE;
    const validity = sequence(time(from), time(to));
    const publicKey = createPublicKey(key);
    return {
      certificate: certify(issuer, name(options.subject), publicKey, validity, extensions),
      key: exportKey(key),
    };
  }

  /** A client certificate like Apple's, for a topic. */
  issuePushCertificate(topic: string, validity: { from?: Date; to?: Date } = {}): Issued {
    return this.issue({ subject: { CN: `APSP:${topic}`, UID: topic, C: "US" }, ...validity });
  }
}
