import { draft, firstOf, valuesOf, withParameters } from "./draft.ts";
import type { PropertyDraft } from "./write.ts";

const LABEL = "X-ABLABEL";
const ANNIVERSARY = "_$!<Anniversary>!$_";

/** Apple's labels of related names that say exactly what a TYPE of RELATED says (RFC 6350 section 6.6.6). */
const RELATIONS: Readonly<Record<string, string>> = {
  "_$!<Spouse>!$_": "spouse",
  "_$!<Child>!$_": "child",
  "_$!<Parent>!$_": "parent",
  "_$!<Friend>!$_": "friend",
};

/** Properties that are the same but for their name. */
const RENAMED: readonly (readonly [name3: string, name4: string])[] = [
  ["X-ADDRESSBOOKSERVER-KIND", "KIND"],
  ["X-ADDRESSBOOKSERVER-MEMBER", "MEMBER"],
];

/** What Apple writes in 3.0 for KIND, MEMBER, ANNIVERSARY and RELATED of 4.0 (Q31, Q33). */
export function appleTo4(properties: readonly PropertyDraft[]): PropertyDraft[] {
  const names = new Set(properties.map(({ name }) => name));
  const labels = labelsOfPairs(properties);
  const said = new Set<string>();
  const kind = only(properties, "KIND", "X-ADDRESSBOOKSERVER-KIND", "X-ABSHOWAS");
  const converted = properties.map((property) => {
    if (property === kind && is(kind, "X-ABSHOWAS", "company")) {
      return { ...property, name: "KIND", value: "org" };
    }
    const label = property.group === null ? undefined : labels.get(property.group);
    const standard = labelledTo4(property, label, names);
    if (standard === property) return plainTo4(property, names);
    if (standard.name === "ANNIVERSARY") names.add("ANNIVERSARY");
    if (property.group !== null && standard.name !== property.name) said.add(property.group);
    return standard;
  });
  return converted
    .filter(({ group, name }) => name !== LABEL || group === null || !said.has(group))
    .map((property) =>
      isNumbered(property.group, said) ? { ...property, group: null } : property,
    );
}

/** The label of each group that is one property and its label. */
function labelsOfPairs(properties: readonly PropertyDraft[]): Map<string, string> {
  const groups = Map.groupBy(properties, ({ group }) => group);
  const pairs = [...groups].flatMap(([group, members]) => {
    const label = members.find(({ name }) => name === LABEL);
    if (group === null || label === undefined || members.length !== 2) return [];
    return label.parameters.size === 0 ? [[group, label.value] as const] : [];
  });
  return new Map(pairs);
}

/** A property whose label makes it a standard one; the same property where it does not. */
function labelledTo4(
  property: PropertyDraft,
  label: string | undefined,
  names: ReadonlySet<string>,
): PropertyDraft {
  if (label === undefined) return property;
  if (property.name === "X-ABDATE" && label === ANNIVERSARY && !names.has("ANNIVERSARY")) {
    return { ...property, name: "ANNIVERSARY" };
  }
  const relation = Object.hasOwn(RELATIONS, label) ? RELATIONS[label] : undefined;
  if (property.name !== "X-ABRELATEDNAMES" || relation === undefined) return property;
  const types = [relation, ...valuesOf(property, "TYPE")];
  return withParameters({ ...property, name: "RELATED" }, { VALUE: ["text"], TYPE: types });
}

/** The properties that need no label; those with any other label keep it. */
function plainTo4(property: PropertyDraft, names: ReadonlySet<string>): PropertyDraft {
  if (property.name === "X-ABRELATEDNAMES") {
    return withParameters({ ...property, name: "RELATED" }, { VALUE: ["text"] });
  }
  if (property.name === "AGENT" && /^ur[il]$/.test(firstOf(property, "VALUE"))) {
    const types = ["agent", ...valuesOf(property, "TYPE")];
    return withParameters({ ...property, name: "RELATED" }, { VALUE: [], TYPE: types });
  }
  const renamed = RENAMED.find(([name3]) => name3 === property.name);
  return renamed && !names.has(renamed[1]) ? { ...property, name: renamed[1] } : property;
}

function isNumbered(group: string | null, said: ReadonlySet<string>): boolean {
  return group !== null && said.has(group) && /^item\d+$/.test(group);
}

/** The reverse. Labels need a group, which is made where there is none. */
export function appleTo3(properties: readonly PropertyDraft[]): PropertyDraft[] {
  const groups = new Groups(properties);
  const kind = only(properties, "KIND", "X-ABSHOWAS");
  const anniversary = only(properties, "ANNIVERSARY");
  return properties.flatMap((property) => {
    if (property === anniversary && firstOf(property, "VALUE") !== "text") {
      return labelled({ ...property, name: "X-ABDATE" }, ANNIVERSARY, groups);
    }
    if (property === kind && is(kind, "KIND", "org")) {
      return [{ ...property, name: "X-ABSHOWAS", value: "COMPANY" }];
    }
    return property.name === "RELATED" ? relatedTo3(property, groups) : [renamedTo3(property)];
  });
}

/** A name becomes Apple's; an address of another card means nothing to Apple and stays. */
function relatedTo3(property: PropertyDraft, groups: Groups): PropertyDraft[] {
  const types = valuesOf(property, "TYPE");
  if (firstOf(property, "VALUE") !== "text") {
    const isAgent = types.length === 1 && firstOf(property, "TYPE") === "agent";
    if (!isAgent) return [property];
    return [withParameters({ ...property, name: "AGENT" }, { TYPE: [], VALUE: ["uri"] })];
  }
  const found = Object.entries(RELATIONS).find(([, type]) => type === types[0]?.toLowerCase());
  const name = withParameters({ ...property, name: "X-ABRELATEDNAMES" }, { VALUE: [] });
  if (found === undefined || groups.hasLabel(property.group)) return [name];
  return labelled(withParameters(name, { TYPE: types.slice(1) }), found[0], groups);
}

function labelled(property: PropertyDraft, label: string, groups: Groups): PropertyDraft[] {
  const group = groups.isAlone(property.group) ? property.group : groups.next();
  return [
    { ...property, group },
    { ...draft(LABEL, label), group },
  ];
}

/** The property with any of these names, if there is only one. */
function only(properties: readonly PropertyDraft[], ...names: string[]): PropertyDraft | undefined {
  const [found, second] = properties.filter(({ name }) => names.includes(name));
  return second ? undefined : found;
}

function is(property: PropertyDraft | undefined, name: string, value: string): boolean {
  return property?.name === name && property.value.trim().toLowerCase() === value;
}

function renamedTo3(property: PropertyDraft): PropertyDraft {
  const renamed = RENAMED.find(([, name4]) => name4 === property.name);
  return renamed ? { ...property, name: renamed[0] } : property;
}

/** The groups of a card, and free names for more. */
class Groups {
  readonly #members: ReadonlyMap<string | null, readonly PropertyDraft[]>;
  #last = 0;

  constructor(properties: readonly PropertyDraft[]) {
    this.#members = Map.groupBy(properties, ({ group }) => group);
  }

  hasLabel(group: string | null): boolean {
    if (group === null) return false;
    return this.#members.get(group)?.some(({ name }) => name === LABEL) ?? false;
  }

  /** Whether a property of this group is its only one. */
  isAlone(group: string | null): group is string {
    return group !== null && this.#members.get(group)?.length === 1;
  }

  next(): string {
    do this.#last += 1;
    while (this.#members.has(`item${this.#last}`));
    return `item${this.#last}`;
  }
}
