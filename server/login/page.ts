import { createHash } from "node:crypto";

const STYLE =
  "body{font:1rem/1.5 system-ui,sans-serif;max-width:24rem;margin:3rem auto;padding:0 1rem}" +
  "label{display:block;margin:1rem 0}input{font:inherit;width:100%;box-sizing:border-box;padding:.4rem}" +
  "button{font:inherit;padding:.5rem 1.5rem}[role=alert]{color:#a00}";

/** Nothing but this page's own style and form works in it, and no other page can show it. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": `default-src 'none'; style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "referrer-policy": "same-origin",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

/** A text as HTML shows it. */
function escape(text: string): string {
  return text.replace(/[&<>"]/g, (found) => ENTITIES[found] ?? found);
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title}</title><style>${STYLE}</style></head>
<body><main><h1>${title}</h1>
${body}
</main></body></html>
`;
}

/** The page where somebody lets a client in. @param problem what was wrong with the last try, or null */
export function loginPage(client: string, problem: string | null): string {
  const alert = problem === null ? "" : `<p role="alert">${escape(problem)}</p>\n`;
  return page(
    "Let a program in",
    `<p><strong>${escape(client)}</strong> asks for access to your calendars, contacts and files. Go on only if you
started this yourself, in that program, just now.</p>
${alert}<form method="post">
<label>User name <input name="user" autocomplete="username" autocapitalize="none" required autofocus></label>
<label>Password <input name="password" type="password" autocomplete="current-password" required></label>
<button>Log in and let it in</button>
</form>`,
  );
}

/** A page that only says something. */
export function messagePage(title: string, text: string): string {
  return page(escape(title), `<p>${escape(text)}</p>`);
}
