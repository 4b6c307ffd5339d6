import type { PushConfig } from "./config.ts";
import type { Pace } from "./transport.ts";

/** A lone change waits for this part of the window, in case more follow at once. */
const QUIET_PART = 0.25;

/** When the changes for a transport become a push. */
export function paceOf(
  { window: all, windows }: Pick<PushConfig, "window" | "windows">,
  transport: keyof PushConfig["windows"],
): Pace {
  const window = windows[transport] ?? all;
  return { quiet: window * QUIET_PART, window };
}
