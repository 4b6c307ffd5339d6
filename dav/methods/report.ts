import { violated } from "../errors.ts";
import { anyXmlBody } from "../http/body.ts";
import { REPORTS } from "../reports/index.ts";
import type { Method } from "./method.ts";

/** REPORT (RFC 3253 section 3.6). */
export const REPORT: Method = {
  name: "REPORT",
  on: new Set([...REPORTS.values()].flatMap((report) => [...report.on])),
  prepare(request, context) {
    const root = anyXmlBody(request);
    const report = REPORTS.get(root.name);
    if (report === undefined) throw violated("supported-report", `no report ${root.name} here`);
    return report.prepare(root, request, context);
  },
};
