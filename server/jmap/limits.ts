/** The limits of urn:ietf:params:jmap:core (RFC 8620 section 2). There are no uploads. */
export const LIMITS = {
  maxSizeUpload: 0,
  maxConcurrentUpload: 1,
  maxSizeRequest: 1_000_000,
  maxConcurrentRequests: 8,
  maxCallsInRequest: 32,
  maxObjectsInGet: 500,
  maxObjectsInSet: 500,
} as const;
