import type { Corpus } from "./corpus.ts";
import { mutateLines } from "./mutate-lines.ts";
import { mutateText } from "./mutate-text.ts";
import { mutateXml, readXml } from "./mutate-xml.ts";
import type { Random } from "./random.ts";

export interface FuzzedRequest {
  readonly method: string;
  readonly target: string;
  readonly user: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

type Mutation = (request: FuzzedRequest, random: Random, corpus: Corpus) => FuzzedRequest;

/** What a body is decides how it is changed. */
const changeBody: Mutation = (request, random, corpus) => {
  const { body } = request;
  const root = random.chance(0.8) ? readXml(body) : null;
  if (root !== null) return { ...request, body: mutateXml(root, random, corpus.xml) };
  if (body.includes("BEGIN:V") && random.chance(0.8)) {
    return { ...request, body: mutateLines(body, random, corpus.lines) };
  }
  return { ...request, body: mutateText(body, random, corpus.bodies) };
};

const changeHeader: Mutation = (request, random, corpus) => {
  const names = Object.keys(request.headers);
  const name =
    names.length > 0 && random.chance(0.5)
      ? random.pick(names)
      : random.pick([...corpus.headers.keys()]);
  const pool = corpus.headers.get(name) ?? [""];
  const value = request.headers[name] ?? random.pick(pool);
  const changed = random.chance(0.3) ? random.pick(pool) : mutateText(value, random, pool);
  return { ...request, headers: { ...request.headers, [name]: changed } };
};

const dropHeader: Mutation = (request, random) => {
  const names = Object.keys(request.headers);
  const dropped = names.length === 0 ? "" : random.pick(names);
  const kept = Object.entries(request.headers).filter(([name]) => name !== dropped);
  return { ...request, headers: Object.fromEntries(kept) };
};

const MUTATIONS: readonly Mutation[] = [
  changeBody,
  changeBody,
  changeBody,
  changeHeader,
  changeHeader,
  dropHeader,
  (request, random, { targets }) => ({ ...request, target: random.pick(targets) }),
  (request, random, { targets }) => ({
    ...request,
    target: mutateText(request.target, random, targets),
  }),
  (request, random, { methods }) => ({ ...request, method: random.pick(methods) }),
  (request, random, { bodies }) => ({ ...request, body: random.pick(bodies) }),
  (request, random) => ({ ...request, user: random.pick(["alice", "bob", null]) }),
];

/** A request with one to three things changed. */
export function mutateRequest(
  request: FuzzedRequest,
  random: Random,
  corpus: Corpus,
): FuzzedRequest {
  let changed = request;
  for (let times = 1 + random.below(3); times > 0; times--) {
    changed = random.pick(MUTATIONS)(changed, random, corpus);
  }
  return changed;
}
