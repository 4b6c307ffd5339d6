import test from "ava";
import { webdavPush } from "../../../dav/xml/names.ts";
import { callOne, call, post, readSession } from "../../support/jmap-client.ts";
import { testServer } from "../../support/server.ts";

const request = (fields: object) =>
  JSON.stringify({ using: ["urn:ietf:params:jmap:core"], methodCalls: [], ...fields });

test("the session says where things are, what is there, and in what bounds", async (t) => {
  const server = await testServer(t);
  const { status, headers, session } = await readSession(server);
  t.is(status, 200);
  t.regex(headers.get("cache-control") ?? "", /no-cache.*no-store/);
  t.is(headers.get("content-type"), "application/json; charset=utf-8");
  t.is(session.username, "alice");
  t.is(session.apiUrl, `${server.origin}/jmap/api`);
  for (const name of ["types", "closeafter", "ping"])
    t.true(session.eventSourceUrl.includes(`{${name}}`));
  const core = session.capabilities["urn:ietf:params:jmap:core"];
  t.true(
    core.maxCallsInRequest >= 16 && core.maxObjectsInGet >= 500 && core.maxObjectsInSet >= 500,
  );
  const account = session.primaryAccounts["urn:pushdav:params:jmap:dav-push"];
  t.like(session.accounts[account], { name: "alice", isPersonal: true });
  const [, echoed] = await callOne(server, "Core/echo", { hello: [1] });
  t.deepEqual(echoed, { hello: [1] });
  t.is((await post(server, request({}))).body.sessionState, session.state);
});

test("without credentials there is neither a session nor an API nor a stream", async (t) => {
  const { origin } = await testServer(t);
  for (const path of ["/.well-known/jmap", "/jmap/api", "/jmap/events"]) {
    const response = await fetch(`${origin}${path}`, { signal: AbortSignal.timeout(60_000) });
    t.is(response.status, 401, path);
  }
});

test("messages are signed by one key, whichever way a client asks for it", async (t) => {
  const server = await testServer(t);
  const { session } = await readSession(server);
  const body = `<propfind xmlns="DAV:" xmlns:P="https://bitfire.at/webdav-push"><prop><P:transports/></prop></propfind>`;
  const answer = await server.send({
    method: "PROPFIND",
    target: "/dav/calendars/alice/calendar/",
    user: "alice",
    headers: { depth: "0" },
    body,
  });
  const { applicationServerKey } = session.capabilities["urn:ietf:params:jmap:webpush-vapid"];
  t.is(applicationServerKey.length, 87);
  t.true(answer.body.includes(`>${applicationServerKey}<`), webdavPush("transports"));
});

for (const [what, body, type, status = 400] of [
  ["no JSON", "{", "notJSON"],
  ["half a character", request({ methodCalls: [["Core/echo", { a: "\ud800" }, "0"]] }), "notJSON"],
  [
    "JSON nested too deep",
    request({
      methodCalls: [["Core/echo", JSON.parse(`{"a":`.repeat(99) + "1" + "}".repeat(99)), "0"]],
    }),
    "notJSON",
  ],
  ["no Request object", "[]", "notRequest"],
  ["a malformed call", request({ methodCalls: [["Core/echo", {}]] }), "notRequest"],
  ["an unknown capability", request({ using: ["urn:x"] }), "unknownCapability"],
  [
    "too many calls",
    request({ methodCalls: Array.from({ length: 33 }, () => ["Core/echo", {}, "0"]) }),
    "limit",
  ],
  [
    "too many octets",
    request({ methodCalls: [["Core/echo", { a: "x".repeat(1_000_000) }, "0"]] }),
    "limit",
  ],
] as const) {
  test(`${what} is refused as ${type}`, async (t) => {
    const answer = await post(await testServer(t), body);
    t.is(answer.status, status);
    t.is(answer.type, "application/problem+json");
    t.is(answer.body.type, `urn:ietf:params:jmap:error:${type}`);
  });
}

test("a request of another type and another method than POST are refused", async (t) => {
  const { send } = await testServer(t);
  const target = "/jmap/api";
  const headers = { "content-type": "text/plain" };
  t.is((await send({ method: "POST", target, user: "alice", headers, body: "{}" })).status, 400);
  const got = await send({ method: "GET", target, user: "alice", headers: {}, body: "" });
  t.is(got.status, 405);
  t.is(got.headers.get("allow"), "POST");
});

test("what the session names as capabilities can be used, and has methods or a value", async (t) => {
  const server = await testServer(t);
  const { session } = await readSession(server);
  const accountId = session.primaryAccounts["urn:pushdav:params:jmap:dav-push"];
  const methods: Record<string, [string, object]> = {
    "urn:ietf:params:jmap:core": ["PushSubscription/get", {}],
    "urn:pushdav:params:jmap:dav-push": ["DavState/get", { accountId }],
  };
  for (const [name, value] of Object.entries(session.capabilities)) {
    const method = methods[name];
    const methodCalls = method ? [[...method, "0"]] : [];
    const { status, body } = await post(server, request({ using: [name], methodCalls }));
    t.is(status, 200, name);
    t.deepEqual(
      body.methodResponses.map(([said]: [string]) => said),
      method ? [method[0]] : [],
    );
    if (!method) t.true(Object.keys(value as object).length > 0, name);
  }
});

test("a method that is not there, or not in what is used, fails alone", async (t) => {
  const server = await testServer(t);
  const answers = await call(server, [
    ["Email/get", {}, "0"],
    ["constructor", {}, "1"],
    ["Core/echo", {}, "2"],
  ]);
  t.deepEqual(
    answers.map(([name, { type }]) => [name, type]),
    [
      ["error", "unknownMethod"],
      ["error", "unknownMethod"],
      ["Core/echo", undefined],
    ],
  );
  const used = request({ methodCalls: [["DavState/get", { accountId: "a1" }, "0"]] });
  t.is((await post(server, used)).body.methodResponses[0][1].type, "unknownMethod");
});

test("results are referred to by pointers, where * goes through lists", async (t) => {
  const server = await testServer(t);
  const list = [
    { id: "a", of: ["1", "2"] },
    { id: "b", of: ["3"] },
  ];
  const refer = (path: string, name = "Core/echo") => ({ "#ids": { resultOf: "0", name, path } });
  const answers = await call(server, [
    ["Core/echo", { list, "a/b~": 1 }, "0"],
    ["Core/echo", refer("/list/*/id"), "1"],
    ["Core/echo", refer("/list/*/of"), "2"],
    ["Core/echo", refer("/list/1/id"), "3"],
    ["Core/echo", refer("/a~1b~0"), "4"],
    ["Core/echo", refer("/list/9"), "5"],
    ["Core/echo", refer("/list/*/id", "Core/other"), "6"],
    ["Core/echo", { ...refer("/list"), ids: [] }, "7"],
    ["Core/echo", refer("/__proto__/x"), "8"],
    ["Core/echo", { long: "x".repeat(100_000) }, "9"],
    [
      "Core/echo",
      Object.fromEntries(
        Array.from({ length: 99 }, (_, n) => [
          `#r${n}`,
          { resultOf: "9", name: "Core/echo", path: "/long" },
        ]),
      ),
      "10",
    ],
  ]);
  t.is(answers.at(-1)?.[1].type, "requestTooLarge");
  t.deepEqual(
    answers.slice(1, 9).map(([, args]) => args.ids ?? args.type),
    [
      ["a", "b"],
      ["1", "2", "3"],
      "b",
      1,
      "invalidResultReference",
      "invalidResultReference",
      "invalidArguments",
      "invalidResultReference",
    ],
  );
});

test("states are read by account, and only of accounts in sight", async (t) => {
  const server = await testServer(t, { users: ["alice", "bob"] });
  const { session } = await readSession(server);
  const [accountId = ""] = Object.keys(session.accounts);
  const [, { list, notFound }] = await callOne(server, "DavState/get", { accountId });
  t.deepEqual(list.map(({ id }: { id: string }) => id).toSorted(), [
    "AddressBook",
    "Calendar",
    "CalendarEvent",
    "ContactCard",
  ]);
  t.deepEqual(notFound, []);
  const [, some] = await callOne(server, "DavState/get", { accountId, ids: ["Calendar", "Email"] });
  t.is(some.list.length, 1);
  t.deepEqual(some.notFound, ["Email"]);
  const [, refused] = await callOne(server, "DavState/get", { accountId }, "bob");
  t.is(refused.type, "accountNotFound");
  t.is((await callOne(server, "DavState/get", {}))[1].type, "invalidArguments");
  t.is(
    (await callOne(server, "DavState/get", { accountId, ids: "x" }))[1].type,
    "invalidArguments",
  );
});

test("switched off, there is no JMAP", async (t) => {
  const { send } = await testServer(t, { environment: { PUSHDAV_JMAP: "off" } });
  for (const target of ["/.well-known/jmap", "/jmap/events"]) {
    t.is((await send({ method: "GET", target, user: "alice", headers: {}, body: "" })).status, 404);
  }
});
