import { appPassword } from "./app-password.ts";
import type { Command } from "./command.ts";
import { doctor } from "./doctor.ts";
import { exportFiles } from "./export.ts";
import { group } from "./group.ts";
import { importFiles } from "./import.ts";
import { migrate } from "./migrate.ts";
import { push } from "./push.ts";
import { restored } from "./restored.ts";
import { serve } from "./serve.ts";
import { user } from "./user.ts";
import { webhook } from "./webhook.ts";

/** Every command of the command line, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  serve,
  user,
  appPassword,
  group,
  importFiles,
  exportFiles,
  push,
  webhook,
  migrate,
  restored,
  doctor,
];
