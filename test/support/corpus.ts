import { join } from "node:path";

const ROOT = process.env["PUSHDAV_CORPUS"] ?? join(import.meta.dirname, "../../../shared/corpus");

/** Where real-world files lie: beside the repository, or at PUSHDAV_CORPUS. They may be missing. */
export function corpusFolder(kind: "ics" | "vcf"): string {
  return join(ROOT, kind);
}
