// Hostile and broken requests of every kind against a running gateway: none may be answered with 5xx, none may hang, and
// the server's memory stays bounded. Runs are seeded, so that what fails once fails again.

import { readFileSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startGateway, type TestGateway } from "./gateway-process.ts";
import { asking } from "./person.ts";

const DOCUMENT = JSON.parse(readFileSync(join(import.meta.dirname, "../../docs/gateway-api.json"), "utf8")) as {
  readonly paths: Readonly<Record<string, object>>;
};

const OWN = Object.entries(DOCUMENT.paths).flatMap(([path, methods]) =>
  Object.keys(methods).map((verb) => [verb.toUpperCase(), path] as const),
);

const SHIFTER = [
  ...["list", "lookup", "expire", "autoexpire", "queue", "metrics", "nothing"].map((route) => ["GET", route] as const),
  ...["pull", "doimport", "pull", "list"].map((route) => ["POST", route] as const),
];

const method = fc.constantFrom("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "PROPFIND");

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway({
    config: { ImportUsers: "all" },
    locations: { nowhere: { url: "http://127.0.0.1:1" } },
  });
});

afterAll(() => gateway?.stop());

const nasty = fc.constantFrom(
  ...["..", "%2e%2e", "%00", "%", "%zz", "%c0%ae", "%F0%9F%92%A9", "a%0d%0ab", "'", '"', "--", "$(id)", "*", "{}"],
  ...["latest", "cluster", "docker", "custom", "a/b:1", "a%2Fb%3A1", `x@sha256:${"0".repeat(64)}`, "-1", "1e9", "NaN"],
  ...["__proto__", "constructor", "~", "a".repeat(300), "é", "%E2%80%AE", "a@b", "sha256:", ":", "a:b:c", "//", "a//b"],
);
const segment = fc.oneof({ weight: 4, arbitrary: nasty }, { weight: 1, arbitrary: fc.string({ maxLength: 40 }) });

/** Method and path; mostly of routes that there are. */
const target = fc.oneof(
  fc
    .tuple(fc.constantFrom(...SHIFTER), fc.array(segment, { maxLength: 5 }), fc.constantFrom("", "/", "//"))
    .map(([[verb, route], rest, end]) => ({ verb, where: `/api/${[route, ...rest].join("/")}${end}` })),
  fc.tuple(fc.constantFrom(...OWN), fc.infiniteStream(segment)).map(([[verb, template], values]) => ({
    verb,
    where: template.replace(/\{\w+\}/g, () => String(values.next().value)),
  })),
  fc
    .tuple(method, fc.array(segment, { maxLength: 6 }))
    .map(([verb, parts]) => ({ verb, where: `/v2/${parts.join("/")}` })),
  fc
    .tuple(method, fc.array(segment, { maxLength: 4 }))
    .map(([verb, parts]) => ({ verb, where: `/${parts.join("/")}` })),
);

const query = fc.oneof(
  fc.constant(""),
  fc
    .array(
      fc.tuple(
        fc.constantFrom(
          "limit",
          "after",
          "system",
          "match",
          "mine",
          "tag",
          "holder",
          "n",
          "last",
          "__proto__",
          "limit[]",
        ),
        segment,
      ),
      { maxLength: 4 },
    )
    .map((pairs) => `?${pairs.map(([name, value]) => `${name}=${value}`).join("&")}`),
);

const value: fc.Arbitrary<unknown> = fc.oneof(
  nasty,
  fc.constantFrom(null, true, -1, 1e21, 0.5, "", "1,2", "cluster", "docker", "\u0000", "\ud800", [], {}, [
    1,
    "root",
    null,
  ]),
);

const body = fc.oneof(
  fc.constant(undefined),
  fc.string({ maxLength: 60 }),
  fc
    .dictionary(
      fc.constantFrom(
        ...["system", "itype", "tag", "users", "groups", "allowed_uids", "allowed_gids", "filepath", "format", "path"],
        ...["holder", "until", "reason", "name", "scopes", "expiresIn", "bytes", "images", "dryRun", "__proto__"],
      ),
      value,
      { maxKeys: 8 },
    )
    .map((fields) => JSON.stringify(fields)),
  fc.constantFrom(
    "{",
    "[".repeat(20_000),
    "[]",
    "null",
    '{"a":1}}',
    `"${"x".repeat(200_000)}"`,
    `{"tag":${"9".repeat(400)}}`,
  ),
);

const headers = fc.record(
  {
    authentication: fc.constantFrom(
      ...["good:root:root:x:0:0", "good:ann:ann:x:500:500", "good:ann:ann:x:500:500", "bad", "berth_x", ":".repeat(9)],
      `good:${"u".repeat(5000)}:g`,
    ),
    authorization: fc.constantFrom("Bearer x", "Basic !!!", "Basic Og==", "Digest a", "Bearer"),
    "content-type": fc.constantFrom(
      "application/json",
      "text/plain",
      "application/json; charset=utf-16",
      "a/b",
      "",
      "x",
    ),
    accept: fc.constantFrom("*/*", "text/event-stream", "application/vnd.oci.image.index.v1+json", "\u00ff"),
    range: fc.constantFrom("bytes=0-1", "bytes=-", "lines=1", "bytes=9999999999-"),
    "content-encoding": fc.constantFrom("gzip", "br"),
    "x-forwarded-for": fc.constantFrom("127.0.0.1", "x".repeat(1000)),
  },
  { requiredKeys: [] },
);

describe("whatever is sent", () => {
  test("is answered, and not with a failure of the server", async () => {
    const before = memoryOf(gateway.pid);
    const sent = fc.asyncProperty(target, query, headers, body, async ({ verb, where }, what, sentHeaders, text) => {
      const path = encodeURI(where + what).replaceAll("%25", "%");
      const status = await send({ method: verb, path, headers: sentHeaders }, text);
      expect(status, `${verb} ${path} ${JSON.stringify(sentHeaders)} ${text?.slice(0, 200)}`).toBeLessThan(500);
    });
    await fc.assert(sent, { numRuns: 1500, seed: 20261122 });
    expect(memoryOf(gateway.pid) - before).toBeLessThan(150 * 1024 * 1024);
    expect((await asking(gateway.url, {}).get("/api/list/cluster/")).status).toBe(200);
    expect(gateway.log()).not.toContain('"level":50');
  });

  test("and is not even HTTP, disturbs nobody", async () => {
    const junk = [
      "\r\n\r\n",
      "GET",
      "GET / HTTP/9.9\r\n\r\n",
      "GET /api/list/cluster/ HTTP/1.1\r\n\r\n",
      `GET / HTTP/1.1\r\nhost: a\r\nx: ${"y".repeat(100_000)}\r\n\r\n`,
      "POST /api/pull/cluster/docker/a HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello",
      "POST /v2/pulls HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
      "POST /v2/pulls HTTP/1.1\r\nhost: a\r\ncontent-length: 999999999999\r\n\r\n{",
      "\u0016\u0003\u0001\u0002\u0000\u0001",
    ];
    const open = junk.map((text) => sendRaw(gateway.url, text));
    // Some of them never end: they must not be in anybody's way.
    for (let i = 0; i < 20; i++) expect((await asking(gateway.url, {}).get("/api/list/cluster/")).status).toBe(200);
    for (const socket of open) socket.destroy();
  });

  test("and goes away in the middle, leaves nothing behind", async () => {
    for (let i = 0; i < 100; i++) {
      const socket = sendRaw(gateway.url, "GET /api/list/cluster/ HTTP/1.1\r\nhost: a\r\n\r\n");
      await new Promise((resolve) => socket.once("connect", resolve));
      socket.destroy();
    }
    expect((await asking(gateway.url, {}).get("/api/list/cluster/")).status).toBe(200);
  });
});

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** The status of the answer. A body that is too long may be cut off before it is sent: that counts as 413. */
function send({ method: verb, path: where, headers: some }: Sent, text: string | undefined): Promise<number> {
  const { hostname, port } = new URL(gateway.url);
  const length = text === undefined ? {} : { "content-length": Buffer.byteLength(text) };
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(30_000);
    const options = {
      agent: false,
      hostname,
      port,
      method: verb,
      path: where,
      headers: { ...some, ...length },
      signal,
    };
    const asked = request(options, (answer) => {
      answer.resume();
      answer.once("close", () => resolve(answer.statusCode ?? 0));
    });
    asked.once("error", (error) => {
      if (!signal.aborted && (text?.length ?? 0) > 60_000) resolve(413);
      else reject(new Error(`${verb} ${where} ${JSON.stringify(some)}: ${error.message}`));
    });
    asked.end(text);
  });
}

function sendRaw(url: string, text: string) {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname, () => socket.write(text, "latin1"));
  socket.on("error", () => {});
  return socket;
}

/** Bytes of a process in memory. */
function memoryOf(pid: number): number {
  const pages = Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]);
  return pages * 4096;
}
