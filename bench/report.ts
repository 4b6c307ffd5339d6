import { mkdirSync, writeFileSync } from "node:fs";
import { arch, cpus, platform } from "node:os";
import { join } from "node:path";
import { cpuOf, type Figures } from "./measure.ts";

/** The figures of one scenario on one collection. */
export interface Row {
  readonly scenario: string;
  /** Events in the collection; null where there is none. */
  readonly events: number | null;
  readonly aim: number | null;
  readonly figures: Figures;
}

export interface Run {
  readonly rounds: number;
  readonly seconds: number;
  readonly connections: number;
  /** The first is a bare HTTP answer. */
  readonly rows: readonly Row[];
}

const HEAD = [
  "",
  "events",
  "req/s",
  "CPU ms",
  "aim",
  "server",
  "database",
  "× bare",
  "p50",
  "p99",
  "results",
  "KB",
];

function cells({ scenario, events, aim, figures }: Row, bare: number): string[] {
  return [
    scenario,
    events === null ? "" : events.toLocaleString("en"),
    figures.perSecond.toFixed(0),
    cpuOf(figures).toFixed(2),
    aim === null ? "" : aim.toFixed(1),
    figures.serverCpu.toFixed(2),
    figures.databaseCpu.toFixed(2),
    (cpuOf(figures) / bare).toFixed(1),
    figures.p50.toFixed(1),
    figures.p99.toFixed(1),
    figures.results.toFixed(0),
    (figures.bytes / 1024).toFixed(1),
  ];
}

/** The figures as a table for people. */
export function table({ rows }: Run): string {
  const bare = rows[0] ? cpuOf(rows[0].figures) : Number.NaN;
  const lines = [HEAD, ...rows.map((row) => cells(row, bare))];
  const widths = HEAD.map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)));
  const pad = (cell: string, at: number) =>
    at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0);
  return lines.map((line) => `${line.map(pad).join("  ")}\n`).join("");
}

/** How much more each scenario costs on the largest collection than on the smallest. */
export function growth({ rows }: Run): string {
  const lines = [...new Set(rows.map(({ scenario }) => scenario))].flatMap((scenario) => {
    const [small, large] = rows.filter((row) => row.scenario === scenario);
    if (!small || !large) return [];
    const cost = (cpuOf(large.figures) / cpuOf(small.figures)).toFixed(2);
    const results = (large.figures.results / small.figures.results).toFixed(2);
    const more =
      large.figures.results > small.figures.results * 1.2 ? ` for × ${results} results` : "";
    return [`  ${scenario}: CPU × ${cost}${more}\n`];
  });
  return lines.length === 0
    ? ""
    : `\nThe larger collection against the smaller:\n${lines.join("")}`;
}

/** Writes a run as JSON. @returns the file's path */
export function save(run: Run): string {
  const folder = join(import.meta.dirname, "results");
  mkdirSync(folder, { recursive: true });
  const at = new Date().toISOString();
  const machine = {
    platform: platform(),
    arch: arch(),
    cpu: cpus()[0]?.model,
    cores: cpus().length,
  };
  const path = join(folder, `${at.replaceAll(":", "-")}.json`);
  writeFileSync(
    path,
    `${JSON.stringify({ at, node: process.version, machine, ...run }, null, 2)}\n`,
  );
  return path;
}
