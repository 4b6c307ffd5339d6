import type { Pool } from "pg";
import { Failure } from "../failure.ts";
import { createEgress } from "../push/egress/index.ts";
import { endSubscription } from "../push/subscriptions.ts";
import { FORMS } from "../push/transports/webhook/forms.ts";
import { createWebhook, listWebhooks, renewSecret } from "../push/transports/webhook/webhooks.ts";
import { CHANGES, readWish } from "../push/transports/webhook/wish.ts";
import { WEBHOOK } from "../push/transport.ts";
import { findPrincipalId } from "../store/accounts.ts";
import type { Command } from "./command.ts";
import { minute, table } from "./table.ts";
import { runnerOf, takeArguments, type Action, type OptionsOf } from "./verbs.ts";

const OPTIONS = {
  collection: { type: "string", multiple: true },
  change: { type: "string", multiple: true },
  component: { type: "string", multiple: true },
  category: { type: "string", multiple: true },
  text: { type: "string" },
  others: { type: "boolean", default: false },
  "within-hours": { type: "string" },
  form: { type: "string" },
  content: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
} as const;

type Act = Action<typeof OPTIONS>;

const clock = () => new Date();

async function principalOf(pool: Pool, name: string): Promise<{ id: number; name: string }> {
  const id = await findPrincipalId(pool, name);
  if (id === null) throw new Failure(`there is no account ${name}`);
  return { id, name };
}

/** The options as a client would send them; what was not said is left out. */
function wishOf(name: string, url: string, options: OptionsOf<typeof OPTIONS>): unknown {
  const { collection, change, component, category, text, others, form, content } = options;
  const hours = options["within-hours"];
  const filter = {
    ...(change && { changes: change }),
    ...(component && { components: component.map((one) => one.toUpperCase()) }),
    ...(category && { categories: category }),
    ...(text !== undefined && { text }),
    ...(hours !== undefined && { withinHours: Number(hours) }),
    others,
  };
  const paths = collection?.map((path) => pathOf(name, path));
  return { url, filter, content, ...(paths && { collections: paths }), ...(form && { form }) };
}

/** COMPAT(people): calendars/work is enough of a path for one's own. */
function pathOf(name: string, path: string): string {
  const own = /^(calendars|addressbooks)\/([^/]+)\/?$/.exec(path);
  return own ? `/dav/${own[1]}/${encodeURIComponent(name)}/${own[2]}/` : path;
}

const add: Act = async (args, context, options) => {
  const usage = "pushdav webhook add NAME URL [OPTIONS]";
  const [name = "", given = ""] = takeArguments(args, usage, { least: 2 });
  const wish = readWish(wishOf(name, given, options));
  const egress = createEgress({ ...context.config().push, clock });
  const url = egress.check(wish.url);
  egress.close();
  if (typeof url === "string") throw new Failure(`the URL ${url}`);
  const created = await context.withDatabase(async ({ pool }) => {
    const principal = await principalOf(pool, name);
    const webhook = { principal, wish, url, userAgent: "pushdav webhook add", address: "" };
    return createWebhook(pool, webhook, clock());
  });
  context.print(`added ${created.id}`);
  context.print(`its secret, which is not shown again: ${created.secret}`);
};

const list: Act = async (args, context, { json }) => {
  const [name = ""] = takeArguments(args, "pushdav webhook list NAME [--json]", { least: 1 });
  const webhooks = await context.withDatabase(async ({ pool }) =>
    listWebhooks(pool, (await principalOf(pool, name)).id),
  );
  const rows = webhooks.map(({ id, url, form, collections, lastSuccessAt, lastError }) => [
    id,
    new URL(url).origin,
    form,
    collections.join(" ") || "all",
    lastError ?? (lastSuccessAt ? `told ${minute(lastSuccessAt)}` : "nothing sent yet"),
  ]);
  const headings = ["ID", "RECEIVER", "FORM", "COLLECTIONS", "STATE"];
  context.print(json ? JSON.stringify(webhooks) : table(headings, rows));
};

const renew: Act = async (args, context) => {
  const usage = "pushdav webhook renew NAME ID";
  const [name = "", publicId = ""] = takeArguments(args, usage, { least: 2 });
  const secret = await context.withDatabase(async ({ pool }) =>
    renewSecret(pool, (await principalOf(pool, name)).id, publicId, clock()),
  );
  if (secret === null) throw new Failure(`${name} has no webhook ${publicId}`);
  context.print(`the secret of ${publicId}, which is not shown again: ${secret}`);
  context.print("for a day messages are signed with the former one too");
};

const remove: Act = async (args, context) => {
  const [name = "", publicId = ""] = takeArguments(args, "pushdav webhook remove NAME ID", {
    least: 2,
  });
  const ended = await context.withDatabase(async ({ pool }) => {
    const { id: principalId } = await principalOf(pool, name);
    return endSubscription(pool, { transport: WEBHOOK, principalId, publicId }, clock());
  });
  if (!ended) throw new Failure(`${name} has no webhook ${publicId}`);
  context.print(`removed ${publicId}`);
};

const ACTIONS: Readonly<Record<string, Act>> = { add, list, renew, remove };

export const webhook: Command = {
  help: `Usage: pushdav webhook add NAME URL [OPTIONS]
       pushdav webhook list NAME [--json]
       pushdav webhook renew NAME ID
       pushdav webhook remove NAME ID

What account NAME may read is told to URL when it changes. Each account can do the same by
itself at /push/webhooks; see the README. \`renew\` gives a webhook a new secret; for a day messages
are signed with the former one too.

  --collection PATH     calendars/work, or a whole path; more than once for several
  --change KIND         ${CHANGES.join(", ")}
  --component NAME      VEVENT, VTODO, VJOURNAL, VCARD
  --category TEXT       objects with this category
  --text TEXT           objects with this in their title
  --others              only what others changed
  --within-hours N      only what takes place within so many hours
  --form FORM           ${FORMS.join(", ")}
  --content             tell titles, times and places, not only which collections changed

Examples:
  pushdav webhook add ann https://ntfy.sh/anns-topic --form ntfy --content --others
  pushdav webhook add ann https://example.org/hook --collection calendars/work --change created`,
  run: runnerOf(OPTIONS, ACTIONS),
};
