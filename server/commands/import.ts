import { Failure } from "../failure.ts";
import { createNudge } from "../store/nudge.ts";
import { createStore } from "../store/store.ts";
import { Import } from "../transfer/import.ts";
import { readItems, type Refusal } from "../transfer/items.ts";
import { findSources, type Sources } from "../transfer/sources.ts";
import { parseArguments, UsageError, type Command, type CommandContext } from "./command.ts";

const SHOWN_REFUSALS = 100;
/** Objects between two looks at the progress bar. */
const SHOWN_EVERY = 100;

/** Named without a keyword, because `import` is one. */
export const importFiles: Command = {
  help: `Usage: pushdav import FILE... --user NAME [--calendar NAME | --tasks] [--addressbook NAME] [--json]

Reads .ics and .vcf files, folders and zips of them, each with any number of objects. Events go
into the account's calendar, tasks into its task list, contacts into its address book, unless
others are named (by the last segment of the URL or the name that people see).

  --user         the account
  --calendar     the calendar for all events, tasks and journal entries
  --tasks        the same as --calendar tasks
  --addressbook  the address book for all contacts
  --json         answer in JSON, with everything that was refused

It is safe to run again: an object whose UID is there already is updated, or left alone when it is
the same; one without UID gets one made from its content. What cannot be stored is listed with
the reason. Exit code 1 when anything was refused.

Examples:
  pushdav import takeout.zip --user ann
  pushdav import ~/Calendars contacts.vcf --user ann --calendar Work`,
  async run(args, context) {
    const { values, positionals } = parseArguments({
      args: [...args],
      options: {
        user: { type: "string" },
        calendar: { type: "string" },
        tasks: { type: "boolean", default: false },
        addressbook: { type: "string" },
        json: { type: "boolean", default: false },
      },
      allowPositionals: true,
    });
    if (positionals.length === 0) throw new UsageError("say which files");
    if (values.user === undefined) throw new UsageError("say whose they are: --user NAME");
    if (values.tasks && values.calendar !== undefined) {
      throw new UsageError("say either --calendar or --tasks");
    }
    const calendar = values.tasks ? "tasks" : values.calendar;
    const named = {
      ...(calendar !== undefined && { calendars: calendar }),
      ...(values.addressbook !== undefined && { addressbooks: values.addressbook }),
    };
    const sources = await findSources(positionals);
    const result = await context.withDatabase(async ({ pool }) => {
      const store = createStore(pool, createNudge(pool), context.config().quota);
      const owner = (values.user ?? "").toLowerCase();
      return runImport(new Import({ store, owner, named }), sources, context);
    });
    context.print(values.json ? inJson(result) : inWords(result));
    return result.refused.length > 0 ? 1 : 0;
  },
};

async function runImport(
  objects: Import,
  sources: Sources,
  context: CommandContext,
): Promise<Import> {
  await objects.check();
  const options = { maxResourceSize: context.config().maxResourceSize, now: new Date() };
  let passed = 0;
  const show = () =>
    context.terminal.progress(
      sources.size === 0 ? 1 : passed / sources.size,
      `${objects.done} objects`,
    );
  try {
    for await (const source of sources.read((size) => (passed += size))) {
      for (const item of readItems(source, options)) {
        await objects.add(item);
        if (objects.done % SHOWN_EVERY === 0) show();
      }
      show();
    }
    await objects.finish();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new Failure(`${error.message}; ${inWords(objects)}`);
  } finally {
    context.terminal.progress(null);
  }
  return objects;
}

function inJson({ counts, refused }: Import): string {
  return JSON.stringify({ ...counts, refused });
}

function inWords({ counts, refused }: Import): string {
  const { created, updated, unchanged } = counts;
  const lines = refused.slice(0, SHOWN_REFUSALS).map(describe);
  const more = refused.length - lines.length;
  return [
    ...lines,
    ...(more > 0 ? [`and ${more} more; --json lists all`] : []),
    `created ${created}, updated ${updated}, unchanged ${unchanged}, refused ${refused.length}`,
  ].join("\n");
}

/** Names and UIDs come from files of strangers, so nothing of them may reach the terminal as a command. */
function describe({ source, object, reason }: Refusal): string {
  const where = object === "" ? source : `${source}, ${object}`;
  return `refused ${where}: ${reason}`.replaceAll(/\p{Cc}/gu, "?");
}
