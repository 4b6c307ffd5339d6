#!/usr/bin/env node
import { install, runOnRuntime } from "./runtime.mjs";

install({ dev: true });
const [first, ...rest] = process.argv.slice(2);
if (first === "push") await runOnRuntime("bench/push/run.ts", rest);
else await runOnRuntime("bench/run.ts", process.argv.slice(2));
