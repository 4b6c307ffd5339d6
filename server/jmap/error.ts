/** A request that is refused as a whole (RFC 8620 section 3.6.1). */
export class RequestError extends Error {
  readonly type: string;
  readonly status: number;
  readonly limit: string | undefined;

  /** @param type the last part of the error's URN */
  constructor(
    type: string,
    detail: string,
    { status = 400, limit }: { status?: number; limit?: string } = {},
  ) {
    super(detail);
    this.type = type;
    this.status = status;
    this.limit = limit;
  }

  /** The problem details object (RFC 7807). */
  toJSON(): Record<string, unknown> {
    const { type, status, message: detail, limit } = this;
    const urn = `urn:ietf:params:jmap:error:${type}`;
    return { type: urn, status, detail, ...(limit !== undefined && { limit }) };
  }
}

/** A method call that fails (RFC 8620 section 3.6.2). */
export class MethodError extends Error {
  readonly type: string;

  constructor(type: string, description: string) {
    super(description);
    this.type = type;
  }
}

/** One object of a /set that cannot be created, changed or destroyed (RFC 8620 section 5.3). */
export class SetError extends Error {
  readonly type: string;
  readonly properties: readonly string[] | undefined;

  constructor(type: string, description: string, properties?: readonly string[]) {
    super(description);
    this.type = type;
    this.properties = properties;
  }

  toJSON(): Record<string, unknown> {
    const { type, message: description, properties } = this;
    return { type, description, ...(properties && { properties }) };
  }
}
