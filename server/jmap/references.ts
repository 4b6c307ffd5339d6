import { MethodError } from "./error.ts";
import { LIMITS } from "./limits.ts";

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [name: string]: Json };
export type Arguments = Readonly<Record<string, Json>>;

/** A method call or its answer: name, arguments, and the id by which the client knows the call. */
export type Invocation = readonly [name: string, args: Arguments, callId: string];

/** Whether a value is an object. */
export function isObject(value: Json | undefined): value is Arguments {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a value is a list of texts. */
export function isTexts(value: Json | undefined): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}

/**
 * The arguments with what `#name` refers to in the place of the reference (RFC 8620 section 3.7). All that is referred to
 * may be as large as a request, or many references to one result would grow without end.
 *
 * @throws MethodError invalidResultReference, invalidArguments, requestTooLarge
 */
export function withReferences(args: Arguments, answers: readonly Invocation[]): Arguments {
  let size = 0;
  const entries = Object.entries(args).map(([name, value]): [string, Json] => {
    if (!name.startsWith("#")) return [name, value];
    const plain = name.slice(1);
    if (Object.hasOwn(args, plain)) {
      throw new MethodError("invalidArguments", `both ${plain} and ${name} are given`);
    }
    const found = resolve(value, answers);
    size += JSON.stringify(found).length;
    if (size > LIMITS.maxSizeRequest) {
      throw new MethodError("requestTooLarge", "what is referred to is too large");
    }
    return [plain, found];
  });
  return Object.fromEntries(entries);
}

function resolve(reference: Json, answers: readonly Invocation[]): Json {
  if (!isObject(reference)) throw unresolved("it is no object");
  const { resultOf, name, path } = reference;
  const answer = answers.find(([, , callId]) => callId === resultOf);
  if (!answer || answer[0] !== name) throw unresolved("there is no such result");
  if (typeof path !== "string" || !path.startsWith("/")) throw unresolved("path is no pointer");
  const parts = path.slice(1).split("/");
  return follow(
    answer[1],
    parts.map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~")),
  );
}

/** JSON Pointer (RFC 6901), where `*` goes through an array. */
function follow(value: Json, [part, ...rest]: readonly string[]): Json {
  if (part === undefined) return value;
  if (Array.isArray(value) && part === "*") {
    const found = (value as readonly Json[]).map((each) => follow(each, rest));
    return found.flatMap((each) => (Array.isArray(each) ? (each as readonly Json[]) : [each]));
  }
  const next = Array.isArray(value)
    ? (value as readonly Json[])[/^(?:0|[1-9]\d*)$/.test(part) ? Number(part) : -1]
    : isObject(value) && Object.hasOwn(value, part)
      ? value[part]
      : undefined;
  if (next === undefined) throw unresolved(`there is no ${part}`);
  return follow(next, rest);
}

function unresolved(why: string): MethodError {
  return new MethodError("invalidResultReference", why);
}
