import { ENV_FILE, listVariables } from "../config.ts";

/** @returns the README's table of variables. */
export function variablesAsMarkdown(): string {
  const rows = [ENV_FILE, ...listVariables()].map(
    ({ name, about, default: value, example }) =>
      `| \`${name}\` | ${value === undefined ? "" : `\`${value}\``} | ${about} | \`${example}\` |`,
  );
  return ["| Variable | Default | Meaning | Example |", "| --- | --- | --- | --- |", ...rows].join(
    "\n",
  );
}
