#!/usr/bin/env node
import { install, runOnRuntime } from "./runtime.mjs";

install({ dev: true });
await runOnRuntime("test/support/run.ts", process.argv.slice(2));
