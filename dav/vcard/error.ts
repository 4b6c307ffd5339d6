/** Address data that cannot be stored; `condition` is the precondition of RFC 6352 section 6.3.2.1. */
export class CardError extends Error {
  readonly condition: "valid-address-data" | "supported-address-data";

  constructor(condition: CardError["condition"], message: string) {
    super(message);
    this.condition = condition;
  }
}

/** The error for text that is not a vCard. */
export function invalid(message: string): CardError {
  return new CardError("valid-address-data", message);
}
