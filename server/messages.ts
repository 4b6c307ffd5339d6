import type { Config } from "./config.ts";

/** What a worker process does: answers requests, or the work that nobody waits for. */
export type Role = "web" | "background";

/** From the supervisor to a worker. */
export type Order =
  | {
      readonly kind: "start";
      readonly role: Role;
      readonly config: Config;
      readonly databaseUrl: string;
    }
  | { readonly kind: "stop" }
  | { readonly kind: "metrics"; readonly id: number; readonly text: string | null };

/** From a worker to the supervisor. */
export type Report =
  | { readonly kind: "ready"; readonly port: number | null }
  /** It cannot start; the line is for people. */
  | { readonly kind: "failed"; readonly line: string }
  | { readonly kind: "metrics"; readonly id: number };

const KINDS = new Set<unknown>(["start", "stop", "metrics", "ready", "failed"]);

/** Libraries send messages over the same channel; ours have one of our kinds. */
function hasOurKind(message: unknown): boolean {
  return typeof message === "object" && message !== null && KINDS.has(Reflect.get(message, "kind"));
}

export function isOrder(message: unknown): message is Order {
  return hasOurKind(message);
}

export function isReport(message: unknown): message is Report {
  return hasOurKind(message);
}
