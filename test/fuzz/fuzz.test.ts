/** The fuzzer itself; what it does takes too long for every run (`npm run fuzz`). */
import test from "ava";
import { readCorpus } from "./corpus.ts";
import type { FuzzedRequest } from "./mutate-request.ts";
import { faultOf } from "./oracle.ts";
import { Random } from "./random.ts";
import { playRound } from "./round.ts";

const XML = { "content-type": "application/xml; charset=utf-8", "x-request-id": "a" };
const answer = (status: number, headers: Record<string, string>, body = "") => ({
  status,
  headers: new Headers(headers),
  body,
});

/** The requests of a round on a server that answers nothing but 404. */
async function requestsOf(seed: number): Promise<FuzzedRequest[]> {
  const sent: FuzzedRequest[] = [];
  await playRound(readCorpus(), new Random(seed), "localhost", async (request) => {
    sent.push(request);
    return { ...answer(404, XML), milliseconds: 1 };
  });
  return sent;
}

test("a seed makes the same requests again, another seed others", async (t) => {
  const requests = await requestsOf(1);
  t.true(requests.length > 20);
  t.deepEqual(await requestsOf(1), requests);
  t.notDeepEqual(await requestsOf(2), requests);
});

test("an answer is at fault when it is a failure, or in XML that is none", (t) => {
  t.is(faultOf(answer(500, XML)), "the answer is 500");
  t.is(faultOf(answer(507, XML, "<error xmlns='DAV:'/>")), null);
  t.is(faultOf(answer(207, XML, "<a/>")), null);
  t.regex(faultOf(answer(207, XML, "<a><b></a>")) ?? "", /^the answer is no XML/);
  t.is(faultOf(answer(207, { "x-request-id": "a" })), "a multistatus is not XML");
  t.is(faultOf(answer(200, { ...XML, etag: '"1"' }, "<stored as it came")), null);
});
