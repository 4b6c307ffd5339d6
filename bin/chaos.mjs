#!/usr/bin/env node
import { install, runOnRuntime } from "./runtime.mjs";

install({ dev: true });
await runOnRuntime("test/chaos/run.ts", process.argv.slice(2));
