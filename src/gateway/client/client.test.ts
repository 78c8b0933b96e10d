import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { SAMPLE_IMAGE, SAMPLE_PULL } from "../../../tests/gateway/sample-desk.ts";
import { type SampleServer, sampleServer } from "../../../tests/gateway/sample-server.ts";
import type { PullRecord } from "../types.ts";
import { changeAcl, listImages, removeImage, showImage, streamPull } from "./api.ts";
import { followPull } from "./follow.ts";
import { type Gateways, openGateways } from "./gateways.ts";
import { shifterClient } from "./shifter.ts";

const closers: (() => Promise<void>)[] = [];
let server: SampleServer;
let url: string;

beforeAll(async () => {
  server = await sampleServer();
  url = await server.app.listen({ port: 0, host: "127.0.0.1" });
});

beforeEach(() => {
  server.sample.pulls.set(SAMPLE_PULL.id, SAMPLE_PULL);
  server.sample.calls.length = 0;
});

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

afterAll(() => server.app.close());

function gatewaysAt(
  gateways: readonly string[],
  credential = async (): Promise<Record<string, string>> => ALICE,
): Gateways {
  const opened = openGateways({ gateways, credential, certs: async () => ({ trust: [] }), timeoutMs: 0 });
  closers.push(() => opened.close());
  return opened;
}

const ALICE = { authentication: "alice" };
const TOOL = { system: "cluster", itype: "docker", tag: "team/tool:1.0" };

async function otherServer(listener: RequestListener): Promise<string> {
  const other = createServer(listener).listen(0, "127.0.0.1");
  await once(other, "listening");
  closers.push(async () => {
    other.closeAllConnections();
    other.close();
  });
  return `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
}

describe("the client of /v2/", () => {
  test("fills paths and queries, and reads what comes", async () => {
    const gateways = gatewaysAt([url]);
    expect(await showImage(gateways, TOOL)).toMatchObject({ id: SAMPLE_IMAGE.id, tags: ["team/tool:1.0"] });
    const page = await listImages(gateways, { system: "cluster", limit: 3, match: "a&b" });
    expect([page.items.length, page.next]).toEqual([1, undefined]);
    expect(server.sample.calls.at(-1)?.with[1]).toEqual({ system: "cluster", limit: 3, match: "a&b" });
    expect((await changeAcl(gateways, TOOL, { users: ["bob"] })).users).toEqual([501]);
    expect(await removeImage(gateways, TOOL)).toBe(undefined);
  });

  test("fails with the gateway's words, code and hint", async () => {
    const refused = showImage(gatewaysAt([url]), { ...TOOL, tag: "none" });
    await expect(refused).rejects.toMatchObject({
      code: "E_SAMPLE_NO_IMAGE",
      message: "there is no image none",
      hint: "pull it first",
      http: 404,
      exit: 1,
    });
  });

  test("makes a new credential for every request", async () => {
    let made = 0;
    const gateways = gatewaysAt([url], async () => ({ authentication: `user${++made}` }));
    await listImages(gateways);
    await listImages(gateways);
    expect(server.sample.calls.map((call) => call.with[0])).toEqual(["user1", "user2"]);
  });

  test("asks the next gateway when one is gone or cannot", async () => {
    const broken = await otherServer((_request, response) => response.writeHead(503).end());
    const gateways = gatewaysAt(["http://127.0.0.1:1", broken, url]);
    for (let i = 0; i < 6; i++) expect((await listImages(gateways)).items).toHaveLength(1);
  });

  test("says which gateways were tried when none answers", async () => {
    await expect(listImages(gatewaysAt(["http://127.0.0.1:1"]))).rejects.toMatchObject({
      code: "E_CLIENT_UNREACHABLE",
      message: expect.stringContaining("127.0.0.1:1"),
    });
  });

  test("does not take any web page for a gateway", async () => {
    const page = await otherServer((_request, response) =>
      response.writeHead(404, { "content-type": "text/html" }).end(),
    );
    await expect(listImages(gatewaysAt([page]))).rejects.toMatchObject({ code: "E_CLIENT_ANSWER" });
    const other = await otherServer((_request, response) => response.end("hello"));
    await expect(listImages(gatewaysAt([other]))).rejects.toMatchObject({ code: "E_CLIENT_ANSWER" });
  });
});

describe("live progress", () => {
  const change = (record: Partial<PullRecord>) => {
    server.sample.pulls.set(SAMPLE_PULL.id, { ...SAMPLE_PULL, ...record });
    server.changed(SAMPLE_PULL.id);
  };
  const END = { status: "READY", finishedAt: 1_700_000_009, imageId: SAMPLE_IMAGE.id } as const;

  test("comes at each change, and ends with the end", async () => {
    const seen: (string | number)[] = [];
    for await (const pull of followPull(gatewaysAt([url]), SAMPLE_PULL.id)) {
      seen.push(pull.status, pull.progress.done);
      if (seen.length === 2) change({ progress: { done: 50, total: 100, rate: 9 } });
      else change(END);
    }
    expect(seen).toEqual(["PULLING", 10, "PULLING", 50, "READY", 10]);
  });

  test("is not sent again when only the worker's heart beat", async () => {
    const seen: string[] = [];
    for await (const { event } of streamPull(gatewaysAt([url]), { id: SAMPLE_PULL.id })) {
      seen.push(event);
      if (seen.length > 1) break;
      change({ heartbeatAt: 1_800_000_000 });
      setTimeout(() => change(END), 600);
    }
    expect(seen).toEqual(["progress", "end"]);
  });

  test("goes on over a connection that broke", async () => {
    let cut = 0;
    const front = await otherServer(async (request, response) => {
      if (cut++ === 0) {
        response.writeHead(200, { "content-type": "text/event-stream" });
        return response.write("event: progress\ndata: {}\n\n", () => response.destroy());
      }
      const inner = await server.app.inject({ url: request.url ?? "/", headers: { authentication: "alice" } });
      return response.writeHead(200, { "content-type": "text/event-stream" }).end(inner.body);
    });
    change(END);
    const seen: string[] = [];
    for await (const { status } of followPull(gatewaysAt([front]), SAMPLE_PULL.id, { pauseMs: 1 })) seen.push(status);
    expect(seen.at(-1)).toBe("READY");
  });

  test("of a pull that is not there is a refusal", async () => {
    const following = followPull(gatewaysAt([url]), "none").next();
    await expect(following).rejects.toMatchObject({ code: "E_SAMPLE_NO_PULL", http: 404 });
  });

  test("says so when the record goes away meanwhile", async () => {
    const following = followPull(gatewaysAt([url]), SAMPLE_PULL.id);
    await following.next();
    server.sample.pulls.clear();
    server.changed(SAMPLE_PULL.id);
    await expect(following.next()).rejects.toMatchObject({ code: "E_SAMPLE_NO_PULL" });
  });

  test("does not keep the server from closing", async () => {
    const other = await sampleServer();
    const otherUrl = await other.app.listen({ port: 0, host: "127.0.0.1" });
    const following = streamPull(gatewaysAt([otherUrl]), { id: SAMPLE_PULL.id });
    await following.next();
    await other.app.close();
    expect((await following.next()).done).toBe(true);
  });

  test("is bounded for one person", async () => {
    const gateways = gatewaysAt(Array.from({ length: 1 }, () => url));
    const others = gatewaysAt([url]);
    const streams = Array.from({ length: 16 }, (_, i) => streamPull(i < 8 ? gateways : others, { id: SAMPLE_PULL.id }));
    await Promise.all(streams.map((stream) => stream.next()));
    const third = gatewaysAt([url]);
    await expect(streamPull(third, { id: SAMPLE_PULL.id }).next()).rejects.toMatchObject({ http: 429 });
    await Promise.all(streams.map((stream) => stream.return(undefined)));
    change(END);
    await expect
      .poll(() => streamPull(third, { id: SAMPLE_PULL.id }).next())
      .toMatchObject({ value: { event: "end" } });
  });
});

describe("the client of Shifter's routes", () => {
  const client = (...gateways: readonly string[]) => shifterClient(gatewaysAt(gateways));

  test("reads images, lists, queue and metrics", async () => {
    const shifter = client(url);
    expect(await shifter.lookup(TOOL)).toMatchObject({
      status: "READY",
      tags: ["team/tool:1.0"],
      lastPull: 1_700_000_000,
    });
    expect(await shifter.list("cluster")).toHaveLength(1);
    expect(await shifter.queue("cluster")).toEqual([{ status: "PULLING", image: "team/new:1.0" }]);
    expect(await shifter.metrics("cluster", 3)).toEqual([]);
    expect(await shifter.expire(TOOL)).toBe(false);
    expect(await shifter.autoexpire("cluster")).toBe(false);
  });

  test("sends lists as Shifter wants them", async () => {
    const shifter = client(url);
    const name = { ...TOOL, tag: "team/new:1.0" };
    expect(await shifter.pull(name, { users: [7, 8], groups: [9] })).toMatchObject({
      status: "INIT",
      tags: [],
      id: "MISSING",
    });
    expect(server.sample.calls.at(-1)?.with[2]).toEqual({ users: [7, 8], groups: [9] });
    await shifter.importFile({ ...name, itype: "custom" }, { path: "/x", format: "squashfs" });
    expect(server.sample.calls.at(-1)?.what).toBe("importFile");
  });

  test("asks the next gateway for any status but 200, and keeps the reason", async () => {
    const broken = await otherServer((_request, response) => response.writeHead(500).end("no"));
    for (let i = 0; i < 4; i++) expect((await client(broken, url).lookup(TOOL)).status).toBe("READY");
    await expect(client(url).lookup({ ...TOOL, tag: "none" })).rejects.toMatchObject({
      message: "there is no image none; pull it first",
      http: 404,
    });
  });

  test("understands the older forms of lists and tags", async () => {
    const old = await otherServer((_request, response) =>
      response.end('{"data":[{"id":"1","tag":"a:1","status":"READY"}]}'),
    );
    expect(await client(old).list("cluster")).toMatchObject([
      { id: "1", tags: ["a:1"], system: "MISSING", lastPull: 0 },
    ]);
  });
});
