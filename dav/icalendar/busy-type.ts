import { textOf } from "./component.ts";
import type { Component } from "./component.ts";

/** Marks a row of the time index whose object must be read to know when it takes time. */
export const UNDECIDED = "";

/** The FBTYPE of the time that an event takes, by the table of RFC 4791 section 7.10; null when it takes none. */
export function busyTypeOf(event: Component): string | null {
  if (textOf(event, "TRANSP")?.trim().toUpperCase() === "TRANSPARENT") return null;
  const status = textOf(event, "STATUS")?.trim().toUpperCase();
  if (status === "CANCELLED") return null;
  return status === "TENTATIVE" ? "BUSY-TENTATIVE" : "BUSY";
}
