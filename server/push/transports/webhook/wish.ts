import { z } from "zod";
import { Failure } from "../../../failure.ts";
import { FORMS } from "./forms.ts";

/** Kinds of change: of an object, and `collection` of the collection itself and its properties. */
export const CHANGES = ["created", "modified", "deleted", "collection"] as const;

const COMPONENTS = ["VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VAVAILABILITY", "VCARD"] as const;

/** Without what the database cannot keep. */
const words = z
  .string()
  .trim()
  .min(1)
  .max(255)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, "has control characters");
const list = <T extends z.ZodType>(item: T) => z.array(item).min(1).max(100);

/** Which changes are told. */
const Filter = z.strictObject({
  changes: list(z.enum(CHANGES)).default([...CHANGES]),
  /** Objects of these components only. */
  components: list(z.enum(COMPONENTS)).optional(),
  /** Objects with any of these categories. */
  categories: list(words).optional(),
  /** Objects with this in their title, in any case. */
  text: words.optional(),
  /** Only what others than the user changed. */
  others: z.boolean().default(false),
  /** Only objects that take place within so many hours from now. */
  withinHours: z.number().positive().max(8784).optional(),
});
export type WebhookFilter = z.output<typeof Filter>;

const Wish = z.strictObject({
  url: z.string(),
  /** Paths or URLs of collections; all of the user's own when absent. */
  collections: list(z.string().max(2048)).optional(),
  filter: Filter.prefault({}),
  form: z.enum(FORMS).default("json"),
  /** Whether the objects themselves are told: titles, times and places. */
  content: z.boolean().default(false),
});
export type WebhookWish = z.output<typeof Wish>;

/**
 * Reads what a client or an administrator asks of a webhook.
 *
 * @throws Failure that names what is wrong
 */
export function readWish(given: unknown): WebhookWish {
  const result = Wish.safeParse(given);
  if (result.success) return result.data;
  const wrong = result.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new Failure(wrong.join("\n"));
}

/** Whether the filter looks into objects, so that nothing can be said of those that are gone. */
export function looksInside({ categories, text, withinHours }: WebhookFilter): boolean {
  return categories !== undefined || text !== undefined || withinHours !== undefined;
}
