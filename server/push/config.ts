import type { Config } from "../config.ts";

/** The part of the configuration that push needs. */
export type PushConfig = Config["push"];
export type AppleConfig = PushConfig["apple"];
export type AppleCredentialConfig = NonNullable<AppleConfig["calendar"]>;
