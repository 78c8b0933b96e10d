import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { digestOf } from "../../base/digest.ts";
import { DEFAULT_TIMEOUTS, httpTransport } from "../../oci/registry/transport.ts";
import { download } from "./downloads.ts";
import { networkSources } from "./network-sources.ts";

const CONTENT = "the content of a file\n";
const MODIFIED = "Wed, 21 Oct 2015 07:28:00 GMT";
const server = createServer((request, response) => answer(request, response));
const transport = httpTransport({
  proxyFor: () => undefined,
  certs: async () => ({ trust: [] }),
  timeouts: DEFAULT_TIMEOUTS,
});
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let seen: IncomingMessage[] = [];
let folder: string;
let now = 0;

beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
afterAll(async () => {
  await transport.close();
  server.close();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "berth-download-"));
  seen = [];
  answer = (request, response) => {
    seen.push(request);
    const fresh = request.headers["if-none-match"] === '"v1"';
    response.writeHead(fresh ? 304 : 200, { etag: '"v1"', "last-modified": MODIFIED }).end(fresh ? "" : CONTENT);
  };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (path: string, login = "") =>
  new URL(`http://${login}127.0.0.1:${(server.address() as AddressInfo).port}/${path}`);
const get = (path: string, more: { checksum?: string; max?: number; login?: string } = {}) =>
  download(
    {
      url: at(path, more.login),
      name: "f",
      checksum: more.checksum === undefined ? undefined : digestOf(more.checksum),
      signal: new AbortController().signal,
    },
    { folder, transport, now: () => now, ...(more.max === undefined ? {} : { max: more.max }) },
  );

describe("a file by URL", () => {
  test("has its content, the server's time and Docker's mode", async () => {
    const path = await get("a");
    expect(readFileSync(path, "utf8")).toBe(CONTENT);
    expect(path.endsWith("/f")).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(path).mtimeMs).toBe(Date.parse(MODIFIED));
  });

  test("is not sent again while the server calls it the same", async () => {
    const first = await get("a");
    expect(await get("a")).toBe(first);
    expect(seen.map(({ headers }) => headers["if-none-match"])).toEqual([undefined, '"v1"']);
  });

  test("without any mark of its version is sent once for a build", async () => {
    answer = (request, response) => {
      seen.push(request);
      response.end(CONTENT);
    };
    await get("a");
    now += 30_000;
    await get("a");
    expect(seen).toHaveLength(1);
    now += 60_000;
    await get("a");
    expect(seen).toHaveLength(2);
  });

  test("with a known checksum needs no server", async () => {
    const first = await get("a");
    expect(await get("elsewhere", { checksum: CONTENT })).toBe(first);
    expect(seen).toHaveLength(1);
  });

  test("with another checksum is refused, and leaves nothing", async () => {
    await expect(get("a", { checksum: "other" })).rejects.toMatchObject({ code: "E_ADD_CHECKSUM" });
    expect(readdirSync(join(folder, "arriving"))).toEqual([]);
    expect(readdirSync(folder)).toEqual(["arriving"]);
  });

  test("that is too large, missing or cut short is refused", async () => {
    await expect(get("a", { max: 5 })).rejects.toMatchObject({ code: "E_ADD_SIZE" });
    answer = (_, response) => response.writeHead(404).end("no");
    await expect(get("a")).rejects.toThrow(/answers 404/);
    answer = (_, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("x", () => response.destroy());
    };
    await expect(get("a")).rejects.toMatchObject({ code: "E_ADD_URL" });
    expect(readdirSync(join(folder, "arriving"))).toEqual([]);
  });

  test("a login goes to the server, and into no error and no file", async () => {
    await get("a", { login: "user:word@" });
    expect(seen[0]?.headers.authorization).toBe(`Basic ${Buffer.from("user:word").toString("base64")}`);
    answer = (_, response) => response.writeHead(403).end();
    const error = await get("b?token=word", { login: "user:word@" }).catch((thrown: Error) => thrown);
    expect(String(error)).not.toContain("word");
    const files = (readdirSync(folder, { recursive: true, withFileTypes: true }) ?? []).filter((one) => one.isFile());
    for (const file of files) expect(readFileSync(join(file.parentPath, file.name), "utf8")).not.toContain("word");
  });

  test("may have a login with signs that are no escapes", async () => {
    await get("a", { login: "us%er:100%@" });
    expect(seen[0]?.headers.authorization).toBe(`Basic ${Buffer.from("us%er:100%").toString("base64")}`);
  });

  test("comes through the sources of a build", async () => {
    const sources = networkSources(folder, {}, "/nonexistent");
    const request = { url: at("x"), name: "x", checksum: undefined, signal: new AbortController().signal };
    expect(readFileSync(await sources.download(request), "utf8")).toBe(CONTENT);
    await sources.close();
  });
});
