import { z } from "zod";

/** What people are told of an environment variable. */
export interface Variable {
  readonly name: string;
  /** One sentence, for the README. */
  readonly about: string;
  readonly example: string;
  /** Taken when the variable is not set; without one the value is null. */
  readonly default?: string;
  /** The value is never printed. */
  readonly secret?: true;
}

export const variables = z.registry<Variable>();

/** A value that has a default. */
export function variable<T extends z.ZodType>(schema: T, about: Variable & { default: string }): T {
  variables.add(schema, about);
  return schema;
}

/** A value that may be left out: null then. */
export function optional<T extends z.ZodType>(schema: T, about: Variable) {
  const nullable = schema.nullable();
  variables.add(nullable, about);
  return nullable;
}
