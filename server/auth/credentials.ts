/** What a client claims to be. */
export interface Credentials {
  /** The account name or mail address, in lower case. */
  readonly login: string;
  /** In Unicode normalization form C. */
  readonly password: string;
}

/** The longest password taken, in bytes of UTF-8: a bound on the hashing a client may cause. */
export const MAX_PASSWORD_BYTES = 1024;

const MAX_LOGIN_BYTES = 320;
const TOKEN = /^Basic +([A-Za-z0-9+/]+={0,2}) *$/i;
// oxlint-disable-next-line no-control-regex -- RFC 7617 section 2 forbids exactly these
const CONTROL = /[\u0000-\u001f\u007f]/;

/** The form in which passwords are hashed and compared (RFC 8265 section 4.2, as RFC 7617 section 2.1 asks). */
export function normalizePassword(password: string): string {
  return password.normalize("NFC");
}

/** Whether a password can be sent by Basic authentication at all (RFC 7617 section 2). */
export function isUsablePassword(password: string): boolean {
  return (
    password !== "" &&
    !CONTROL.test(password) &&
    Buffer.byteLength(normalizePassword(password)) <= MAX_PASSWORD_BYTES
  );
}

/**
 * Reads an Authorization header of the Basic scheme in UTF-8 (RFC 7617). The password may contain `:`.
 *
 * @returns null if the header is missing, malformed, of another scheme, or has no login or password.
 */
export function parseBasic(header: string | undefined): Credentials | null {
  const token = TOKEN.exec(header ?? "")?.[1];
  const text = token === undefined ? null : decode(token);
  if (text === null) return null;
  const colon = text.indexOf(":");
  if (colon < 1) return null;
  return credentialsOf(text.slice(0, colon), text.slice(colon + 1));
}

/** Credentials in the form in which they are compared; null where they can be nobody's. */
export function credentialsOf(name: string, given: string): Credentials | null {
  const login = name.normalize("NFC").toLowerCase();
  const password = normalizePassword(given);
  if (login === "" || CONTROL.test(login) || Buffer.byteLength(login) > MAX_LOGIN_BYTES)
    return null;
  return isUsablePassword(password) ? { login, password } : null;
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

function decode(token: string): string | null {
  try {
    return utf8.decode(Buffer.from(token, "base64"));
  } catch {
    return null;
  }
}
