import type { Changed } from "../support/jmap-client.ts";

/** What is known from StateChange objects: of each type the state with the highest number. */
export class KnownStates {
  readonly #states = new Map<string, string>();

  take(changed: Changed): void {
    for (const [account, states] of Object.entries(changed))
      for (const [type, state] of Object.entries(states)) {
        const key = `${account} ${type}`;
        const number = (text: string | undefined) => Number(text?.split("-").at(-1) ?? -1);
        if (number(state) >= number(this.#states.get(key))) this.#states.set(key, state);
      }
  }

  lacks(truth: Changed, since: Changed): string | null {
    for (const [account, states] of Object.entries(truth))
      for (const [type, state] of Object.entries(states)) {
        const known = this.#states.get(`${account} ${type}`) ?? since[account]?.[type];
        if (known !== state) return `knows ${known} of ${type} in ${account}, true is ${state}`;
      }
    return null;
  }
}
