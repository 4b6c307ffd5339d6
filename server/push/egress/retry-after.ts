/** Seconds that a service can ask for at the most; it may be wrong about the time. */
const LONGEST = 86_400;

/** The header Retry-After in seconds from now (RFC 9110 section 10.2.3), a date too; null without a sensible one. */
export function retryAfter(header: string | undefined, now: Date): number | null {
  if (header === undefined) return null;
  const seconds = /^\d+$/.test(header)
    ? Number(header)
    : Math.ceil((Date.parse(header) - now.getTime()) / 1000);
  return seconds >= 0 ? Math.min(seconds, LONGEST) : null;
}
