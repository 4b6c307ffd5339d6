/** What supported-method-set offers works, and nothing else does. */
import test from "ava";
import { METHODS } from "../../dav/methods/index.ts";
import { attribute, elements, type Element } from "../../dav/xml/element.ts";
import { dav } from "../../dav/xml/names.ts";
import { parseXml } from "../../dav/xml/parse.ts";
import { cardText, eventText } from "../support/objects.ts";
import { testServer } from "../support/server.ts";

/** One resource of each kind. */
const RESOURCES = [
  "/dav/",
  "/dav/principals/",
  "/dav/principals/alice/",
  "/dav/calendars/",
  "/dav/calendars/alice/",
  "/dav/calendars/alice/calendar/",
  "/dav/calendars/alice/calendar/a.ics",
  "/dav/addressbooks/alice/",
  "/dav/addressbooks/alice/addressbook/",
  "/dav/addressbooks/alice/addressbook/a.vcf",
  "/dav/files/alice/",
  "/dav/files/alice/c/",
  "/dav/files/alice/a.txt",
];

function find(element: Element, name: string): Element | undefined {
  if (element.name === name) return element;
  return elements(element)
    .map((inner) => find(inner, name))
    .find((found) => found !== undefined);
}

test("each resource takes the methods in its supported-method-set, and no other", async (t) => {
  const { send } = await testServer(t);
  const ask = (method: string, target: string, body = "", headers = {}) =>
    send({ method, target, user: "alice", headers, body });
  await ask("PUT", RESOURCES[6] ?? "", eventText("a", "A"), { "content-type": "text/calendar" });
  await ask("PUT", RESOURCES[9] ?? "", cardText("a", "A"), { "content-type": "text/vcard" });
  await ask("MKCOL", "/dav/files/alice/c/");
  await ask("PUT", "/dav/files/alice/a.txt", "a");
  for (const target of RESOURCES) {
    const body = `<propfind xmlns="DAV:"><prop><supported-method-set/></prop></propfind>`;
    const { body: found } = await ask("PROPFIND", target, body, { depth: "0" });
    const set = find(parseXml(Buffer.from(found)), dav("supported-method-set"));
    const offered = elements(set ?? t.fail(target)).map((method) => attribute(method, "name"));
    for (const method of METHODS.keys()) {
      // A condition that does not hold, so that what works changes nothing.
      const isOffered = offered.includes(method);
      const destination = "/dav/files/alice/b.txt";
      const headers = isOffered ? { "if-match": '"none"', depth: "0" } : { destination };
      const { status } = await ask(method, target, "", headers);
      if (isOffered) t.not(status, 405, `${method} ${target}`);
      else t.true([403, 405].includes(status), `${method} ${target}: ${status}`);
    }
  }
});
