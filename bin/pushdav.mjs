#!/usr/bin/env node
import { install, runOnRuntime } from "./runtime.mjs";

install({ dev: false });
await runOnRuntime("server/cli.ts", process.argv.slice(2));
