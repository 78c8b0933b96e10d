import { execFile, execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeLayout } from "../../../tests/support/oci-image.ts";
import { digestOf } from "../../base/digest.ts";
import { parseRangeHeader, parseRoute } from "./routes.ts";
import { type RunningRegistry, serveRegistry } from "./server.ts";

const run = promisify(execFile);
const hasSkopeo = works("skopeo");

function works(program: string): boolean {
  try {
    execFileSync(program, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

let dir: string;
let registry: RunningRegistry;
let digest: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "berth-registry-"));
  const layer = { entries: [{ path: "a", content: "0123456789" }] };
  const tagged = await writeLayout(join(dir, "app"), { v1: { layers: [layer] } });
  digest = tagged["v1"]?.digest ?? "";
  registry = await serveRegistry({ repositories: { "my/app": join(dir, "app") }, pushRoot: join(dir, "pushed") });
});
afterAll(async () => {
  await registry.close();
  await rm(dir, { recursive: true });
});
const get = (path: string, init: RequestInit = {}) => fetch(`http://${registry.host}${path}`, init);

test("manifests are found by tag and by digest, with their type and digest in the headers", async () => {
  for (const name of ["v1", digest])
    for (const method of ["GET", "HEAD"]) {
      const answer = await get(`/v2/my/app/manifests/${name}`, { method });
      expect(answer.status).toBe(200);
      expect(answer.headers.get("docker-content-digest")).toBe(digest);
      expect(answer.headers.get("content-type")).toBe("application/vnd.oci.image.manifest.v1+json");
      const bytes = Buffer.from(await answer.arrayBuffer());
      if (method === "GET") expect(digestOf(bytes)).toBe(digest);
    }
  expect(await (await get("/v2/my/app/tags/list")).json()).toEqual({ name: "my/app", tags: ["v1"] });
  expect((await get("/v2/")).status).toBe(200);
});

test("a blob is sent whole or in the range that was asked for", async () => {
  const manifest = (await (await get("/v2/my/app/manifests/v1")).json()) as {
    config: { digest: string; size: number };
  };
  const { digest: config, size } = manifest.config;
  const whole = Buffer.from(await (await get(`/v2/my/app/blobs/${config}`)).arrayBuffer());
  expect(digestOf(whole)).toBe(config);
  const part = await get(`/v2/my/app/blobs/${config}`, { headers: { range: "bytes=3-6" } });
  expect(part.status).toBe(206);
  expect(part.headers.get("content-range")).toBe(`bytes 3-6/${size}`);
  expect(Buffer.from(await part.arrayBuffer())).toEqual(whole.subarray(3, 7));
  expect((await get(`/v2/my/app/blobs/${config}`, { headers: { range: `bytes=${size}-` } })).status).toBe(416);
});

test("what does not exist is refused with the protocol's codes", async () => {
  const code = async (path: string) =>
    ((await (await get(path)).json()) as { errors: { code: string }[] }).errors[0]?.code;
  expect(await code("/v2/my/app/manifests/v9")).toBe("MANIFEST_UNKNOWN");
  expect(await code(`/v2/my/app/blobs/${digestOf("nothing")}`)).toBe("BLOB_UNKNOWN");
  expect(await code("/v2/my/app/blobs/../../etc/passwd")).toBe("UNSUPPORTED");
  expect((await get("/v2/my/%2e%2e/app/manifests/v1")).status).toBe(404);
});

test("a request target that is no URL is refused like any other that leads nowhere", async () => {
  const [host, port] = registry.host.split(":");
  const socket = connect(Number(port), host);
  socket.end("GET // HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 404 /);
});

test("routes and ranges: hostile ones are none", () => {
  for (const path of [
    "/v2/../x/manifests/a",
    "/v2/a/manifests/../b",
    "/v2/A/tags/list",
    "/v2/a//tags/list",
    "/etc",
    `/v2/${"a".repeat(2000)}/tags/list`,
  ])
    expect(parseRoute(path)).toBeUndefined();
  expect(parseRangeHeader("bytes=-4", 10)).toEqual({ from: 6, to: 9 });
  expect(parseRangeHeader("bytes=4-", 10)).toEqual({ from: 4, to: 9 });
  expect(parseRangeHeader("bytes=4-99", 10)).toEqual({ from: 4, to: 9 });
  expect(parseRangeHeader("bytes=9-4", 10)).toBe("bad");
  expect(parseRangeHeader("bytes=0-1,3-4", 10)).toBeUndefined();
});

test.skipIf(!hasSkopeo)("skopeo pushes to it and pulls the same image back (skipped without skopeo)", async () => {
  const to = `docker://${registry.host}/team/copy:v2`;
  await run("skopeo", ["copy", "--dest-tls-verify=false", `oci:${join(dir, "app")}:v1`, to]);
  await run("skopeo", ["copy", "--src-tls-verify=false", to, `oci:${join(dir, "back")}:v2`]);
  const index = JSON.parse(await readFile(join(dir, "back/index.json"), "utf8"));
  expect(index.manifests[0].digest).toBe(digest);
});
