import fastify, { type FastifyInstance } from "fastify";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { person, SAMPLE_IMAGE, type SampleDesk, sampleDesk } from "../../../../tests/gateway/sample-desk.ts";
import { shifterRoutes } from "./shifter-routes.ts";

let sample: SampleDesk;
let app: FastifyInstance;

beforeEach(async () => {
  sample = sampleDesk();
  app = fastify();
  const authenticate = async ({ headers }: { readonly headers: Readonly<Record<string, unknown>> }) =>
    typeof headers["authentication"] === "string" ? person(500, headers["authentication"]) : undefined;
  await app.register(shifterRoutes({ desk: sample.desk, authenticate, labels: false }));
  await app.ready();
});

afterEach(async () => {
  await app.close();
});

const get = (url: string, user?: string) =>
  app.inject({ method: "GET", url, headers: user === undefined ? {} : { authentication: user } });
const post = (url: string, payload?: string, type?: string) =>
  app.inject({
    method: "POST",
    url,
    headers: { authentication: "alice", ...(type ? { "content-type": type } : {}) },
    ...(payload === undefined ? {} : { payload }),
  });
const askedTag = () => sample.calls.map((call) => call.with[1] as { readonly tag: string }).at(-1)?.tag;

describe("Shifter's routes", () => {
  test("greet at the root", async () => {
    const { statusCode, body } = await get("/");
    expect([statusCode, body]).toEqual([200, "{lookup,pull,expire,list}"]);
  });

  test("answer with a type and a length that Shifter's client understands", async () => {
    const { headers, rawPayload } = await get("/api/lookup/cluster/docker/team%2Ftool%3A1.0/");
    expect(headers["content-type"]).toBe("application/json");
    expect(headers["content-length"]).toBe(String(rawPayload.length));
  });

  test("write an image with thirteen keys, and last_pull with a fraction", async () => {
    const { body } = await get("/api/lookup/cluster/docker/team%2Ftool%3A1.0/");
    expect(body).toContain('"last_pull":1700000000.0,');
    expect(JSON.parse(body)).toEqual({
      id: SAMPLE_IMAGE.id,
      system: "cluster",
      itype: "docker",
      tag: ["team/tool:1.0"],
      status: "READY",
      userACL: [],
      groupACL: [],
      ENV: ["PATH=/bin", 'QUOTE="é"'],
      ENTRY: null,
      WORKDIR: "",
      LABELS: "MISSING",
      last_pull: 1_700_000_000,
      status_message: "",
    });
  });

  test.each([
    "team%2Ftool%3A1.0/",
    "team%2Ftool%3A1.0",
    "team/tool:1.0",
    "team/tool:1.0/",
    "team/tool%3a1.0/",
    "team%2ftool:1.0",
  ])("read the tag %s, encoded or not", async (tag) => {
    expect((await get(`/api/lookup/cluster/docker/${tag}`)).statusCode).toBe(200);
    expect(askedTag()).toBe("team/tool:1.0");
  });

  test("decode a tag once", async () => {
    await get("/api/lookup/cluster/docker/a%252Fb%3A1/");
    expect(askedTag()).toBe("a%2Fb:1");
  });

  test("read tags with digests and of any length that names have", async () => {
    const tag = `${"deep/".repeat(40)}tool@sha256:${"b".repeat(64)}`;
    await get(`/api/lookup/cluster/docker/${encodeURIComponent(tag)}/`);
    expect(askedTag()).toBe(tag);
  });

  test("say 404 in Shifter's form for what is not there", async () => {
    const { statusCode, headers, body } = await get("/api/lookup/cluster/docker/none:1/");
    expect([statusCode, headers["content-type"]]).toEqual([404, "application/json"]);
    expect(JSON.parse(body)).toEqual({
      status: 404,
      error: "there is no image none:1; pull it first",
      message: "Not Found: /api/lookup/cluster/docker/none:1/",
    });
  });

  test.each(["/api/nothing", "/api/lookup/cluster/", "/api/"])("say 404 for the path %s", async (path) => {
    const { statusCode, body } = await get(path);
    expect([statusCode, JSON.parse(body).status]).toEqual([404, 404]);
  });

  test.each([
    ["DELETE", "/api/lookup/cluster/docker/x:1/", "GET"],
    ["GET", "/api/pull/cluster/docker/x:1/", "POST"],
    ["POST", "/api/list/cluster", "GET"],
  ] as const)("say 405 for %s %s", async (method, url, allowed) => {
    const { statusCode, headers, body } = await app.inject({ method, url });
    expect([statusCode, headers["allow"], JSON.parse(body).status]).toEqual([405, allowed, 405]);
  });

  test("list all images, whatever their number", async () => {
    for (let i = 0; i < 4500; i++) sample.images.push({ ...SAMPLE_IMAGE, key: i + 2, tags: [`t${i}:1`] });
    const { body, headers } = await get("/api/list/cluster/");
    expect((JSON.parse(body) as { list: unknown[] }).list).toHaveLength(4501);
    expect(headers["content-length"]).toBe(String(Buffer.byteLength(body)));
    const head = await app.inject({ method: "HEAD", url: "/api/list/cluster/" });
    expect([head.headers["content-length"], head.body]).toEqual([headers["content-length"], ""]);
    expect(JSON.parse((await get("/api/list/empty")).body)).toEqual({ list: [] });
  });

  test("pass the lists of a pull on as numbers", async () => {
    const { statusCode, body } = await post(
      "/api/pull/cluster/docker/team%2Fnew%3A1.0/",
      '{"allowed_uids":"1000, 1001,1000","allowed_gids":"1002"}',
      "application/json",
    );
    expect([statusCode, JSON.parse(body)["status"], JSON.parse(body)["id"]]).toEqual([200, "INIT", "MISSING"]);
    expect(sample.calls.at(-1)?.with[2]).toEqual({ users: [1000, 1001], groups: [1002] });
    expect(body).toContain('"tag":[]');
  });

  test.each([
    [undefined, undefined],
    ["", "application/json"],
    ["{}", "application/x-www-form-urlencoded"],
    ['{"allowed_uids":"","allowed_gids":null}', "text/plain"],
  ])("take a pull with the body %s of type %s as one without lists", async (body, type) => {
    expect((await post("/api/pull/cluster/docker/team%2Fnew%3A1.0/", body, type)).statusCode).toBe(200);
    expect(sample.calls.at(-1)?.with[2]).toEqual({ users: undefined, groups: undefined });
  });

  test.each([
    "{",
    "[]",
    "null",
    "7",
    '{"allowed_uids":"1,x"}',
    '{"allowed_uids":"-1"}',
    '{"allowed_uids":"1,,2"}',
    '{"allowed_uids":[1]}',
    '{"allowed_gids":"4294967295"}',
  ])("refuse a pull with the body %s", async (body) => {
    const { statusCode, body: answer } = await post("/api/pull/cluster/docker/x:1/", body, "application/json");
    expect([statusCode, JSON.parse(answer).status]).toEqual([400, 400]);
    expect(sample.calls).toEqual([]);
  });

  test("refuse a body that is too long", async () => {
    expect((await post("/api/pull/cluster/docker/x:1/", " ".repeat(70_000), "text/plain")).statusCode).toBe(413);
  });

  test("want a file and a format for an import", async () => {
    const { body } = await post("/api/doimport/cluster/custom/x/", '{"format":"squashfs"}', "application/json");
    expect(JSON.parse(body)).toMatchObject({ status: 400, error: "the request lacks filepath" });
    const right = '{"filepath":"/home/a/x.sqsh","format":"squashfs"}';
    expect((await post("/api/doimport/cluster/custom/x/", right, "application/json")).statusCode).toBe(200);
    expect(sample.calls.at(-1)?.with[2]).toEqual({ path: "/home/a/x.sqsh", format: "squashfs" });
  });

  test("have Shifter's three answers to expire", async () => {
    expect((await get("/api/expire/cluster/docker/team%2Ftool:1.0/", "alice")).body).toBe('{"status":false}');
    expect((await get("/api/expire/cluster/docker/team%2Ftool:1.0/", "root")).body).toBe('{"status":true}');
    expect((await get("/api/expire/cluster/docker/other/", "root")).body).toBe('{"status":null}');
    expect((await get("/api/autoexpire/cluster/", "alice")).body).toBe('{"status":false}');
    expect(JSON.parse((await get("/api/autoexpire/cluster/", "root")).body)).toEqual({ status: ["a".repeat(64)] });
  });

  test("show the queue and the lookups", async () => {
    expect((await get("/api/queue/cluster/")).body).toBe('{"list":[{"status":"PULLING","image":"team/new:1.0"}]}');
    expect((await get("/api/metrics/cluster/?limit=3", "root")).body).toBe(
      '[{"user":"alice","uid":500,"system":"cluster","type":"docker","tag":"team/tool:1.0","id":"a","time":5.0}]',
    );
    expect(sample.calls.at(-1)?.with[2]).toBe(3);
    expect((await get("/api/metrics/cluster", "alice")).body).toBe("[]");
    expect(sample.calls.at(-1)?.with[2]).toBe(10);
  });

  test.each(["abc", "-1", "1&limit=2", "", "1.5"])("refuse the limit %s", async (limit) => {
    expect((await get(`/api/metrics/cluster/?limit=${limit}`, "root")).statusCode).toBe(400);
  });

  test("show quarantine as a failure with its reason", async () => {
    sample.images[0] = { ...SAMPLE_IMAGE, status: "QUARANTINED", statusMessage: "unsigned" };
    const { body } = await get("/api/lookup/cluster/docker/team%2Ftool:1.0/");
    expect(JSON.parse(body)).toMatchObject({ status: "FAILURE", status_message: "unsigned" });
  });

  test("do not know names with control characters", async () => {
    expect((await get("/api/lookup/cluster/docker/a%00b/")).statusCode).toBe(400);
    expect((await get("/api/list/a%0ab/")).statusCode).toBe(400);
  });
});
