import test from "ava";
import { defaultFirst } from "../../dav/default-first.ts";
import { DEFAULT_ADDRESSBOOK } from "../../dav/properties/address-book-home.ts";
import type { CollectionRow, HomeRow } from "../../dav/store.ts";

const home: HomeRow = {
  kind: "addressbooks",
  owner: { id: 1, name: "alice", displayName: "Alice" },
  uuid: "",
  seq: 1,
  pushKey: "",
  properties: {},
};

const books = ["first", "second", "third"].map((name, id): CollectionRow => {
  const rest = {
    uuid: "",
    seq: 1,
    pushKey: "",
    components: [],
    subscribed: false,
    properties: {},
    granted: null,
  };
  return { ...rest, kind: "addressbook", home, name, id, createdAt: new Date(0) };
});

function listed(properties: HomeRow["properties"]): string[] {
  return defaultFirst({ ...home, properties }, books, ["dav.example"]).map(({ name }) => name);
}

function chosen(href: string): Record<string, string> {
  return { [DEFAULT_ADDRESSBOOK]: `<x xmlns:d="DAV:"><d:href>${href}</d:href></x>` };
}

test("the oldest collection is the first one of a listing", (t) => {
  t.deepEqual(listed({}), ["first", "second", "third"]);
});

test("the collection that the user chose comes first, the others stay in order", (t) => {
  const expected = ["third", "first", "second"];
  t.deepEqual(listed(chosen("/dav/addressbooks/alice/third/")), expected);
  t.deepEqual(listed(chosen("https://dav.example/dav/addressbooks/alice/third")), expected);
});

test("a choice that is gone or means nothing changes nothing", (t) => {
  const expected = ["first", "second", "third"];
  t.deepEqual(listed(chosen("/dav/addressbooks/alice/gone/")), expected);
  t.deepEqual(listed(chosen("https://elsewhere.example/dav/addressbooks/alice/third/")), expected);
  t.deepEqual(listed({ [DEFAULT_ADDRESSBOOK]: "<x/>" }), expected);
});
