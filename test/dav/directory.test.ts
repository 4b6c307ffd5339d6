import test from "ava";
import { directoryCard } from "../../dav/directory.ts";
import type { PrincipalRow } from "../../dav/store.ts";
import { largestImage, parseCard, renderCard } from "../../dav/vcard/index.ts";

const account: PrincipalRow = {
  id: 1,
  kind: "individual",
  name: "ann",
  displayName: "Ann; of Example",
  addresses: ["mailto:ann@example.org", "urn:uuid:1", "MAILTO:a%2Bb@example.org"],
  members: [],
  groups: [],
  properties: {},
};

const linesOf = (principal: PrincipalRow, version: "3.0" | "4.0" = "3.0") =>
  renderCard(String(directoryCard(principal).object.data), version, null)
    .split("\r\n")
    .slice(2, -2);

const uid = (principal: PrincipalRow) => linesOf(principal)[0]?.slice("UID:".length);

test("the card of an account says its name and its mail addresses, the preferred one first", (t) => {
  t.deepEqual(linesOf(account).slice(1), [
    "FN:Ann\\; of Example",
    "N:Example;Ann\\; of;;;",
    "EMAIL;TYPE=INTERNET,pref:ann@example.org",
    "EMAIL;TYPE=INTERNET:a+b@example.org",
  ]);
});

test("the card of a group names the cards of its members, in the words of either version (Q31)", (t) => {
  const team: PrincipalRow = {
    ...account,
    kind: "group",
    name: "team",
    displayName: "Team",
    addresses: [],
    members: ["ann"],
  };
  const member = `urn:uuid:${uid(account)}`;
  t.deepEqual(linesOf(team).slice(1), [
    "FN:Team",
    "N:Team;;;;",
    "X-ADDRESSBOOKSERVER-KIND:group",
    `X-ADDRESSBOOKSERVER-MEMBER:${member}`,
  ]);
  t.deepEqual(linesOf(team, "4.0").slice(3), ["KIND:group", `MEMBER:${member}`]);
});

test("an account keeps its UID, which is a UUID, and others have others", (t) => {
  t.regex(
    uid(account) ?? "",
    /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  t.is(uid({ ...account, displayName: "Other", addresses: [] }), uid(account));
  t.not(uid({ ...account, name: "bob" }), uid(account));
});

test("the size of a picture is that of its bytes, in either version (Q36)", (t) => {
  const base64 = Buffer.alloc(1000, 1).toString("base64");
  const size = (line: string) =>
    largestImage(parseCard(`BEGIN:VCARD\nVERSION:3.0\nUID:u\nFN:x\n${line}\nEND:VCARD\n`));
  t.is(size(`PHOTO;ENCODING=b;TYPE=PNG:${base64}`), 1000);
  t.is(size(`LOGO:data:image/png;base64,${base64}`), 1000);
  t.is(size(`PHOTO;ENCODING=b:${base64.replace(/(.{70})/g, "$1\n ")}`), 1000);
  t.is(size(`PHOTO;VALUE=uri:http://example.org/${base64}`), 0);
  t.is(size(`KEY;ENCODING=b:${base64}`), 0);
});
