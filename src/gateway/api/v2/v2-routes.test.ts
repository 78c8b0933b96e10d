import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SAMPLE_IMAGE, SAMPLE_PULL } from "../../../../tests/gateway/sample-desk.ts";
import { type SampleServer, sampleServer } from "../../../../tests/gateway/sample-server.ts";

let server: SampleServer;

beforeAll(async () => {
  server = await sampleServer();
});

afterAll(async () => {
  await server.app.close();
});

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

async function ask(method: Method, url: string, { user, body }: { user?: string; body?: unknown } = {}) {
  const answer = await server.app.inject({
    method,
    url,
    headers: user === undefined ? {} : { authentication: user },
    ...(body === undefined ? {} : { payload: body as object }),
  });
  const type = answer.headers["content-type"];
  return { status: answer.statusCode, type, body: answer.body === "" ? undefined : JSON.parse(answer.body) };
}

const lastCall = () => server.sample.calls.at(-1);
const { key: _key, ...SHOWN } = SAMPLE_IMAGE;

describe("images", () => {
  test("are shown with everything but what is the database's", async () => {
    const { status, body } = await ask("GET", "/v2/images/cluster/docker/team/tool:1.0");
    expect([status, body]).toEqual([200, SHOWN]);
    expect((await ask("GET", "/v2/images/cluster/docker/team%2Ftool%3A1.0")).body).toEqual(SHOWN);
  });

  test("are listed in pages, of the only system when none is named", async () => {
    const { body } = await ask("GET", "/v2/images?limit=1&mine=true&match=tool", { user: "alice" });
    expect(body).toEqual({ items: [SHOWN] });
    const filter = { system: "cluster", limit: 1, mine: true, match: "tool" };
    expect(lastCall()).toEqual({ what: "list", with: ["alice", filter] });
    server.sample.images.push({ ...SAMPLE_IMAGE, key: 2 });
    expect((await ask("GET", "/v2/images?limit=1")).body.next).toBe("1");
    server.sample.images.pop();
  });

  test.each([
    "/v2/images/x/manifests/1",
    "/v2/images/x/blobs/sha256:0",
    "/v2/tags/x/tags/list",
    "/v2/images/tags/list",
  ])("leave %s to the registry protocol", async (url) => {
    expect((await ask("GET", url, { user: "alice" })).body).toEqual({ registry: true });
  });

  test("that are not there are a problem with a code, a reason and a hint", async () => {
    expect(await ask("GET", "/v2/images/cluster/docker/none")).toEqual({
      status: 404,
      type: "application/problem+json",
      body: {
        type: "about:blank",
        title: "Not Found",
        status: 404,
        code: "E_SAMPLE_NO_IMAGE",
        detail: "there is no image none",
        hint: "pull it first",
      },
    });
  });

  test("are given to people by name or number", async () => {
    const body = { users: ["bob", 7, "8", "bob"], groups: ["staff"] };
    const { status } = await ask("PATCH", "/v2/images/cluster/docker/team/tool:1.0", { user: "alice", body });
    expect([status, lastCall()?.with[2]]).toEqual([200, { users: [501, 7, 8], groups: [50] }]);
  });

  test("are not given to names that nobody has", async () => {
    const body = { users: ["bob", "nobdy"], groups: ["stuff"] };
    const answer = await ask("PATCH", "/v2/images/cluster/docker/team/tool:1.0", { user: "alice", body });
    expect(answer.body).toMatchObject({ status: 400, code: "E_API_NO_NAMES" });
    expect(answer.body.detail).toContain("nobdy, stuff");
  });

  test.each([{ grops: [] }, { users: "bob" }, { users: [-1] }, { users: [true] }, { users: ["a\nb"] }, [], 7, null])(
    "refuse the change %j of a list",
    async (body) => {
      const answer = await ask("PATCH", "/v2/images/cluster/docker/team/tool:1.0", { user: "alice", body });
      expect([answer.status, answer.type]).toEqual([400, "application/problem+json"]);
    },
  );

  test("are removed, released, pinned and unpinned", async () => {
    const name = { system: "cluster", itype: "docker", tag: "team/tool:1.0" };
    const { tag } = name;
    const user = "alice";
    expect((await ask("DELETE", `/v2/images/cluster/docker/${tag}`, { user })).status).toBe(204);
    expect((await ask("POST", "/v2/releases", { user, body: { tag, reason: "looked at it" } })).status).toBe(200);
    expect((await ask("PUT", "/v2/pins", { user, body: { tag, holder: "job:1", until: 9 } })).status).toBe(204);
    expect(lastCall()?.with).toEqual(["alice", name, "job:1", 9]);
    expect((await ask("DELETE", `/v2/pins?tag=${tag}&holder=job:1`, { user })).status).toBe(204);
    expect((await ask("GET", `/v2/tags/cluster/docker/${tag}`, { user })).body.items).toHaveLength(1);
  });
});

describe("pulls", () => {
  test("answer the image when nothing is to be done, else the pull", async () => {
    const user = "alice";
    const there = await ask("POST", "/v2/pulls", { user, body: { tag: "team/tool:1.0" } });
    expect(there.body).toEqual({ image: SHOWN });
    const body = { tag: "team/new:1.0", users: ["bob"] };
    const { body: answer } = await ask("POST", "/v2/pulls", { user, body });
    expect(answer.pull).toMatchObject({ status: "INIT", users: [501], position: 0, progress: { total: 100 } });
    expect(answer.pull.importFrom).toBe(undefined);
  });

  test("are shown, listed and given up", async () => {
    const path = `/v2/pulls/${SAMPLE_PULL.id}`;
    const user = "alice";
    expect((await ask("GET", path, { user })).body).toMatchObject({ status: "PULLING", position: 0 });
    expect((await ask("GET", "/v2/pulls", { user })).body.items).toHaveLength(1);
    expect((await ask("DELETE", path, { user })).body).toMatchObject({ status: "FAILURE" });
    expect((await ask("GET", "/v2/pulls/x", { user })).status).toBe(404);
  });

  test("import files", async () => {
    const body = { tag: "mine", path: "/home/a/x.sif", format: "sif" };
    const { body: pull } = await ask("POST", "/v2/imports", { user: "alice", body });
    expect(pull).toMatchObject({ kind: "import", itype: "custom", importFrom: { path: "/home/a/x.sif" } });
  });
});

describe("what needs a person", () => {
  test.each([
    ["POST", "/v2/pulls", { tag: "a" }],
    ["PATCH", "/v2/images/cluster/docker/a", { users: [] }],
    ["DELETE", "/v2/images/cluster/docker/a", undefined],
    ["GET", "/v2/quota", undefined],
    ["GET", "/v2/whoami", undefined],
    ["GET", "/v2/audit", undefined],
    ["GET", "/v2/tokens", undefined],
    ["GET", `/v2/pulls/${SAMPLE_PULL.id}/events`, undefined],
  ] as const)("refuses %s %s without one", async (method, url, body) => {
    const answer = await ask(method, url, { body });
    expect(answer.body).toMatchObject({ status: 401, code: "E_API_LOGIN" });
  });
});

describe("the site", () => {
  test("names its systems and who asks", async () => {
    const systems = [{ name: "cluster", platform: "linux/amd64", format: "squashfs", default: true }];
    expect((await ask("GET", "/v2/systems")).body).toEqual({ items: systems });
    expect((await ask("GET", "/v2/whoami", { user: "alice" })).body).toEqual({
      uid: 500,
      gid: 500,
      user: "alice",
      group: "alice",
      via: "mock",
      registries: [],
      groups: [500],
    });
  });

  test("shows and changes quotas", async () => {
    expect((await ask("GET", "/v2/quota", { user: "alice" })).body.subject).toEqual({ kind: "user", number: 500 });
    const body = { bytes: 5, images: null };
    expect((await ask("PUT", "/v2/quota/group/staff", { user: "root", body })).status).toBe(204);
    expect(lastCall()?.with).toEqual(["root", { kind: "group", number: 50 }, body]);
    expect((await ask("GET", "/v2/quota/user/everybody", { user: "root" })).body.subject.number).toBe(-1);
    expect((await ask("PUT", "/v2/quota/group/staff", { user: "root", body: { bytes: 1.5, images: 1 } })).status).toBe(
      400,
    );
  });

  test("tells what happened", async () => {
    const { body } = await ask("GET", "/v2/events?system=cluster", { user: "alice" });
    expect(body.items[0]).toMatchObject({ id: 7, kind: "image.ready", detail: { bytes: 3 } });
    await ask("GET", "/v2/audit?after=7", { user: "root" });
    expect(lastCall()?.with[1]).toEqual({ limit: 100, after: "7", audit: true });
  });

  test("collects what nobody needs", async () => {
    const body = { dryRun: true };
    const answer = await ask("POST", "/v2/systems/cluster/gc", { user: "root", body });
    expect(answer.body).toEqual({ expired: ["a"], orphanFiles: ["x.partial"], blobs: 2, records: 3, bytes: 30 });
  });

  test("makes, lists and ends tokens", async () => {
    const user = "alice";
    const body = { name: "ci", scopes: ["pull"], expiresIn: 60 };
    const { body: made } = await ask("POST", "/v2/tokens", { user, body });
    expect(made).toMatchObject({ secret: "s", token: { name: "ci", scopes: ["pull"], expires: 1060 } });
    expect((await ask("GET", "/v2/tokens", { user })).body.items).toHaveLength(1);
    expect((await ask("DELETE", "/v2/tokens/0123456789abcdef", { user })).status).toBe(204);
    expect((await ask("POST", "/v2/tokens", { user, body: { ...body, scopes: ["root"] } })).status).toBe(400);
  });
});

describe("requests that are wrong", () => {
  test.each([
    "/v2/images?limit=0",
    "/v2/images?limit=1001",
    "/v2/images?limit=x",
    "/v2/images?limt=1",
    "/v2/images?mine=perhaps",
    "/v2/images?match=%00",
    "/v2/images/cluster/docker/a%00",
    "/v2/quota/nobody/1",
    "/v2/pulls/..%2f..",
  ])("get a problem document: %s", async (url) => {
    const answer = await ask("GET", url, { user: "alice" });
    expect([answer.status, answer.type]).toEqual([400, "application/problem+json"]);
    expect(answer.body.code).toMatch(/^E_API_/);
  });

  test("say which field it is", async () => {
    const answer = await ask("POST", "/v2/pulls", { user: "alice", body: { tag: "a", user: [] } });
    expect(answer.body.detail).toBe("the body has what nobody knows: user");
    expect((await ask("POST", "/v2/pulls", { user: "alice", body: { tag: 7 } })).body.detail).toBe(
      "`tag` of the body must be string",
    );
  });

  test.each([
    ["application/json", "{", 400, "E_API_JSON"],
    ["application/json", "", 400, "E_API_INVALID"],
    ["text/plain", "{}", 415, "E_API_MEDIA_TYPE"],
    ["application/json", JSON.stringify("x".repeat(2 ** 20)), 413, "E_API_TOO_LONG"],
    ["application/json", '{"tag":"a","__proto__":{"users":[]}}', 400, "E_API_INVALID"],
  ])("get one too when they are %s: %.20s", async (type, payload, status, code) => {
    const headers = { authentication: "alice", "content-type": type };
    const answer = await server.app.inject({ method: "POST", url: "/v2/pulls", headers, payload });
    expect([answer.statusCode, answer.headers["content-type"]]).toEqual([status, "application/problem+json"]);
    expect(answer.json()).toMatchObject({ status, code });
  });

  test("may call an empty body JSON where none is wanted", async () => {
    const headers = { authentication: "alice", "content-type": "application/json" };
    const { statusCode } = await server.app.inject({ method: "DELETE", url: "/v2/tokens/0123456789abcdef", headers });
    expect(statusCode).toBe(204);
  });
});
