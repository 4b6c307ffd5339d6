import { UsageError } from "./command.ts";

/** Finds the action that the first argument names. @throws UsageError that lists them */
export function actionOf<T>(actions: Readonly<Record<string, T>>, verb: string | undefined): T {
  const action = verb !== undefined && Object.hasOwn(actions, verb) ? actions[verb] : undefined;
  if (action === undefined) throw new UsageError(`say one of ${Object.keys(actions).join(", ")}`);
  return action;
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
