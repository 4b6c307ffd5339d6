import { splitLine } from "./component.ts";
import type { Content } from "./write.ts";

/** CALDAV:comp inside CALDAV:calendar-data (RFC 4791 section 9.6.1); names in upper case. */
export interface ComponentSelection {
  readonly name: string;
  /** `all`, or each wanted property with whether its value is wanted too. */
  readonly properties: "all" | ReadonlyMap<string, { readonly value: boolean }>;
  readonly components: "all" | readonly ComponentSelection[];
}

/** The parts of a component that a selection names (RFC 4791 section 9.6). */
export function selectContent(content: Content, selection: ComponentSelection): Content {
  const { properties, components } = selection;
  return {
    name: content.name,
    lines: properties === "all" ? content.lines : selectLines(content.lines, properties),
    components:
      components === "all"
        ? content.components
        : content.components.flatMap((inner) => selectInside(inner, components)),
  };
}

function selectInside(inner: Content, selections: readonly ComponentSelection[]): Content[] {
  const selection = selections.find(({ name }) => name === inner.name);
  return selection === undefined ? [] : [selectContent(inner, selection)];
}

function selectLines(
  lines: readonly string[],
  wanted: ReadonlyMap<string, { readonly value: boolean }>,
): string[] {
  return lines.flatMap((line) => {
    const how = wanted.get(/^[^;:]*/.exec(line)?.[0].trim().toUpperCase() ?? "");
    if (how === undefined) return [];
    return [how.value ? line : `${splitLine(line).head}:`];
  });
}
