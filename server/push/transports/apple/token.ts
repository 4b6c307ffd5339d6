import { DEVICE } from "../../../store/change.ts";

const SHORTEST = 32;
const LONGEST = 400;

/**
 * A device token as it is stored and sent: lower-case hexadecimal without spaces. Its length is not
 * fixed (Apple reserves the right to change it).
 *
 * @returns null when it is no token
 */
export function normalizeToken(sent: string): string | null {
  const token = sent.replaceAll(" ", "").toLowerCase();
  const fits = token.length >= SHORTEST && token.length <= LONGEST && token.length % 2 === 0;
  return fits && /^[0-9a-f]+$/.test(token) ? token : null;
}

/**
 * The device that makes a change and need not be told of it: Apple's clients name themselves in the header
 * X-Apple-DAV-Pushtoken of every request (seen on the wire, not documented).
 *
 * @returns its mark for the outbox; empty when none is named
 */
export function silencedDevice(header: string): readonly string[] {
  const token = normalizeToken(header);
  return token === null ? [] : [`${DEVICE}${token}`];
}

/** A token as logs may hold it: enough to tell devices apart, too little to push to one. */
export function maskToken(token: string): string {
  return `${token.slice(0, 4)}…${token.slice(-4)}`;
}
