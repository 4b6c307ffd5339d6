import type { parseArgs, ParseArgsConfig } from "node:util";
import { parseArguments, UsageError, type CommandContext } from "./command.ts";

type OptionsConfig = NonNullable<ParseArgsConfig["options"]>;

/** The values of options as node:util's parseArgs describes them. */
export type OptionsOf<Options extends OptionsConfig> = ReturnType<
  typeof parseArgs<{ options: Options; allowPositionals: true; strict: true }>
>["values"];

/** What a verb does with the arguments and options that follow it. */
export type Action<Options extends OptionsConfig> = (
  args: readonly string[],
  context: CommandContext,
  options: OptionsOf<Options>,
) => Promise<void>;

/** Finds the action that the first argument names. @throws UsageError that lists them */
export function actionOf<T>(actions: Readonly<Record<string, T>>, verb: string | undefined): T {
  const action = verb !== undefined && Object.hasOwn(actions, verb) ? actions[verb] : undefined;
  if (action === undefined) throw new UsageError(`say one of ${Object.keys(actions).join(", ")}`);
  return action;
}

/**
 * Makes the `run` of a command whose first argument is a verb.
 *
 * @param options what any of the verbs takes
 */
export function runnerOf<Options extends OptionsConfig>(
  options: Options,
  actions: Readonly<Record<string, Action<Options>>>,
): (args: readonly string[], context: CommandContext) => Promise<number> {
  return async (args, context) => {
    const given = { args: [...args], options, allowPositionals: true } as const;
    const { values, positionals } = parseArguments(given);
    const [verb, ...rest] = positionals;
    await actionOf(actions, verb)(rest, context, values);
    return 0;
  };
}

/** The arguments that an action needs. @throws UsageError when there are more or less */
export function takeArguments(
  given: readonly string[],
  usage: string,
  { least, most = least }: { readonly least: number; readonly most?: number },
): readonly string[] {
  if (given.length >= least && given.length <= most) return given;
  throw new UsageError(`say it like this: ${usage}`);
}
