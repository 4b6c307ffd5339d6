import { createHash, createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import { readFile } from "node:fs/promises";
import { Socket } from "node:net";
import { createSecureContext, TLSSocket, type SecureContextOptions } from "node:tls";
import type { AppleCredentialConfig } from "../../config.ts";

/** Signs provider tokens: a .p8 key, its id and its team. */
export interface Signer {
  readonly keyId: string;
  readonly teamId: string;
  readonly key: KeyObject;
}

/** What it takes to send on one topic. */
export interface Credential {
  readonly topic: string;
  /** When the certificate is valid; null for a signing key, which has no dates. */
  readonly validity: { readonly from: Date; readonly to: Date } | null;
  readonly tls: SecureContextOptions;
  readonly signer: Signer | null;
  /** Changes whenever any of the files does. */
  readonly hash: string;
}

/** A credential that cannot be used; the message says what to mend. */
export class CredentialError extends Error {}

async function read(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new CredentialError(`cannot read ${path}: ${code}`);
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Takes the file apart with OpenSSL: a socket that is never connected answers with the certificate inside. */
function parsePkcs12(path: string, tls: SecureContextOptions): X509Certificate {
  try {
    const socket = new TLSSocket(new Socket(), { secureContext: createSecureContext(tls) });
    const certificate = socket.getX509Certificate();
    socket.destroy();
    if (certificate) return certificate;
  } catch (error) {
    const why = reason(error);
    if (why.includes("Unsupported PKCS12"))
      throw new CredentialError(
        `${path} is encrypted in an outdated way; convert it: openssl pkcs12 -legacy -in ${path} -nodes -out certificate.pem`,
      );
    if (why.includes("mac verify failure"))
      throw new CredentialError(`the passphrase does not open ${path}`);
    throw new CredentialError(`${path} is neither a PEM nor a PKCS#12 file (${why})`);
  }
  throw new CredentialError(`${path} holds no certificate`);
}

function parsePem(path: string, pem: Buffer): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw new CredentialError(`${path} holds no certificate (${reason(error)})`);
  }
}

function parseKey(path: string, pem: Buffer, passphrase: string | null): KeyObject {
  try {
    return createPrivateKey(passphrase === null ? { key: pem } : { key: pem, passphrase });
  } catch (error) {
    throw new CredentialError(`${path} holds no private key that can be read (${reason(error)})`);
  }
}

/** The UID of the subject, wherever in the name it stands: the topic of Apple's push certificates. */
function subjectTopic(certificate: X509Certificate): string | null {
  const subject: Record<string, unknown> = { ...certificate.toLegacyObject().subject };
  const uid = Array.isArray(subject["UID"]) ? subject["UID"][0] : subject["UID"];
  return typeof uid === "string" && uid !== "" ? uid : null;
}

async function loadCertificate(path: string, config: AppleCredentialConfig): Promise<Credential> {
  const file = await read(path);
  const secret = config.passphrase === null ? {} : { passphrase: config.passphrase };
  const hash = createHash("sha256").update(file);
  let certificate: X509Certificate;
  let tls: SecureContextOptions;
  if (file.includes("-----BEGIN")) {
    const keyPath = config.key ?? path;
    const keyFile = config.key === null ? file : await read(config.key);
    hash.update(keyFile);
    certificate = parsePem(path, file);
    if (!certificate.checkPrivateKey(parseKey(keyPath, keyFile, config.passphrase)))
      throw new CredentialError(
        `the key in ${keyPath} does not belong to the certificate in ${path}`,
      );
    tls = { cert: file, key: keyFile, ...secret };
  } else {
    tls = { pfx: file, ...secret };
    certificate = parsePkcs12(path, tls);
  }
  const topic = config.topic ?? subjectTopic(certificate);
  if (topic === null)
    throw new CredentialError(`${path} names no topic (no UID in its subject); set the topic`);
  const validity = { from: certificate.validFromDate, to: certificate.validToDate };
  return { topic, validity, tls, signer: null, hash: hash.digest("hex") };
}

async function loadSigner(path: string, config: AppleCredentialConfig): Promise<Credential> {
  const { keyId, teamId, topic } = config;
  if (keyId === null || teamId === null || topic === null)
    throw new CredentialError(`the key in ${path} also needs its key id, team id and topic`);
  const file = await read(path);
  const key = parseKey(path, file, config.passphrase);
  if (key.asymmetricKeyDetails?.namedCurve !== "prime256v1")
    throw new CredentialError(`the key in ${path} is no P-256 key as Apple issues them`);
  const hash = createHash("sha256").update(file).update(`${keyId} ${teamId}`).digest("hex");
  return { topic, validity: null, tls: {}, signer: { keyId, teamId, key }, hash };
}

/**
 * Reads a certificate (PEM with its key in the same or another file, or PKCS#12) or a .p8 signing key.
 *
 * @throws CredentialError when a file cannot be read or used, or a part is missing
 */
export async function loadCredential(config: AppleCredentialConfig): Promise<Credential> {
  if (config.certificate !== null) return loadCertificate(config.certificate, config);
  if (config.p8 !== null) return loadSigner(config.p8, config);
  throw new CredentialError("neither a certificate nor a p8 key is configured");
}
