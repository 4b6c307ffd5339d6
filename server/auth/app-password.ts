import { createHash, randomBytes } from "node:crypto";

/** Digits and letters that are not mistaken for one another: 32, five bits each. */
const ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789";
const GROUPS = 5;
const GROUP = 5;
const FORM = new RegExp(`^(?:[${ALPHABET}]{${GROUP}}-){${GROUPS - 1}}[${ALPHABET}]{${GROUP}}$`);

/** Makes up a password of 125 random bits, such as `k3m9x-…`. */
export function makeAppPassword(): string {
  const letters = [...randomBytes(GROUPS * GROUP)].map((byte) => ALPHABET[byte % ALPHABET.length]);
  const groups = Array.from({ length: GROUPS }, (_, index) =>
    letters.slice(index * GROUP, (index + 1) * GROUP).join(""),
  );
  return groups.join("-");
}

/** Whether a password looks like one of those, so that it is worth looking up. */
export function isAppPassword(password: string): boolean {
  return FORM.test(password);
}

/** How a secret that cannot be guessed is stored: by its SHA-256. */
export function hashSecret(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}
