import test from "ava";
import * as fc from "fast-check";
import {
  parseAnswer,
  type Reaction,
  reactionTo,
} from "../../../../../server/push/transports/apple/answers.ts";
import { holds } from "../../../../support/property.ts";

const DOCUMENTED: readonly [number, string, Reaction][] = [
  [200, "", "delivered"],
  [400, "BadDeviceToken", "bad-token"],
  [400, "DeviceTokenNotForTopic", "stale"],
  [400, "BadTopic", "suspend"],
  [400, "TopicDisallowed", "suspend"],
  [400, "MissingTopic", "suspend"],
  [400, "BadPriority", "dropped"],
  [400, "BadExpirationDate", "dropped"],
  [400, "BadCollapseId", "dropped"],
  [400, "BadMessageId", "dropped"],
  [400, "InvalidPushType", "dropped"],
  [400, "DuplicateHeaders", "dropped"],
  [400, "MissingDeviceToken", "dropped"],
  [400, "PayloadEmpty", "fill"],
  [400, "IdleTimeout", "reconnect"],
  [403, "BadCertificate", "suspend"],
  [403, "BadCertificateEnvironment", "suspend"],
  [403, "Forbidden", "suspend"],
  [403, "ExpiredProviderToken", "renew"],
  [403, "InvalidProviderToken", "suspend"],
  [403, "MissingProviderToken", "suspend"],
  [403, "UnrelatedKeyIdInToken", "reconnect"],
  [403, "BadEnvironmentKeyIdInToken", "suspend"],
  [403, "BadEnvironmentKeyInToken", "suspend"],
  [404, "BadPath", "dropped"],
  [405, "MethodNotAllowed", "dropped"],
  [410, "Unregistered", "gone"],
  [410, "ExpiredToken", "gone"],
  [413, "PayloadTooLarge", "dropped"],
  [429, "TooManyRequests", "throttle"],
  [429, "TooManyProviderTokenUpdates", "pause"],
  [500, "InternalServerError", "later"],
  [503, "ServiceUnavailable", "later"],
  [503, "Shutdown", "later"],
];

for (const [status, reason, reaction] of DOCUMENTED)
  test(`${status} ${reason} means ${reaction}`, (t) => {
    t.is(reactionTo(parseAnswer(status, undefined, JSON.stringify({ reason }))), reaction);
  });

test("an unknown reason is treated by its status", (t) => {
  const reactions = [400, 403, 410, 418, 429, 502].map((status) =>
    reactionTo(parseAnswer(status, undefined, '{"reason":"New"}')),
  );
  t.deepEqual(reactions, ["dropped", "suspend", "gone", "dropped", "throttle", "later"]);
});

test("reason, timestamp in milliseconds and Retry-After are read", (t) => {
  const body = '{"reason":"Unregistered","timestamp":1793000000123}';
  t.deepEqual(parseAnswer(410, "7", body), {
    status: 410,
    reason: "Unregistered",
    timestamp: new Date(1793000000123),
    retryAfter: 7,
  });
});

test("no body whatsoever is a reason to fail", (t) => {
  const property = fc.property(fc.string(), fc.string(), (body, retryAfter) => {
    const answer = parseAnswer(500, retryAfter, body);
    return answer.retryAfter === null || answer.retryAfter >= 0;
  });
  holds(property);
  holds(
    fc.property(fc.json(), (body) => typeof parseAnswer(410, undefined, body).reason === "string"),
  );
  t.pass();
});
