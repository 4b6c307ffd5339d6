/** The values that a transcript captured, by name. */
export class Placeholders {
  readonly #values: Map<string, string>;

  constructor(known: Readonly<Record<string, string>> = {}) {
    this.#values = new Map(Object.entries(known));
  }

  /** Puts captured values in the place of their names. Unknown names stay as they are. */
  fill(text: string): string {
    return text.replace(
      /\{([a-z]\w*)\}/g,
      (whole, name: string) => this.#values.get(name) ?? whole,
    );
  }

  /** Whether a value is as expected; captures what is not known yet. `{*}` is anything. */
  match(expected: string, actual: string | null): boolean {
    if (actual === null) return false;
    const names: string[] = [];
    const pattern = this.fill(expected)
      .split(/(\{(?:\*|[a-z]\w*)\})/)
      .map((part) => {
        if (part === "{*}") return "[\\s\\S]*?";
        const name = /^\{([a-z]\w*)\}$/.exec(part)?.[1];
        if (name === undefined) return RegExp.escape(part);
        names.push(name);
        return "([\\s\\S]+?)";
      })
      .join("");
    const found = new RegExp(`^${pattern}$`).exec(actual);
    if (found === null) return false;
    for (const [index, name] of names.entries()) this.#values.set(name, found[index + 1] ?? "");
    return true;
  }
}
