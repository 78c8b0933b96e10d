// Several readers of one download that is still going on, before an upstream that sends when it is told to.

import { randomBytes } from "node:crypto";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { digestOf } from "../../src/base/digest.ts";
import { location, startMirror, type TestMirror } from "./world.ts";

const BLOB = randomBytes(4_000_000);
const DIGEST = digestOf(BLOB);
const HALF = 2_000_000;

let upstream: Server;
let answers: ServerResponse[];
let ranges: (string | undefined)[];
let world: TestMirror;

beforeEach(async () => {
  [answers, ranges] = [[], []];
  upstream = createServer((request, response) => {
    if (request.method === "HEAD") return void response.writeHead(200, { "content-length": BLOB.length }).end();
    const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
    ranges.push(request.headers.range);
    const part = { "content-length": BLOB.length - from };
    const range = { ...part, "content-range": `bytes ${from}-${BLOB.length - 1}/${BLOB.length}` };
    response.writeHead(from > 0 ? 206 : 200, from > 0 ? range : part);
    answers.push(response);
    if (from > 0) response.end(BLOB.subarray(from));
    else response.write(BLOB.subarray(0, HALF));
  });
  await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
  const { port } = upstream.address() as AddressInfo;
  world = await startMirror({ locations: [location("hub", `http://127.0.0.1:${port}`)] });
});
afterEach(async () => {
  await world.stop();
  upstream.closeAllConnections();
  await new Promise((resolve) => upstream.close(resolve));
});

function ask(headers: Readonly<Record<string, string>> = {}, signal?: AbortSignal): Promise<Response> {
  const url = `http://${world.host}/v2/library/tool/blobs/${DIGEST}`;
  return fetch(url, { headers, ...(signal ? { signal } : {}) });
}

/** Reads until so many bytes have come. */
async function some(answer: Response, bytes: number) {
  const reader = answer.body?.getReader();
  if (!reader) throw new Error("no body");
  const parts: Uint8Array[] = [];
  for (let got = 0; got < bytes; ) {
    const { value, done } = await reader.read();
    if (done) break;
    parts.push(value);
    got += value.length;
  }
  return { reader, parts };
}

async function rest({ reader, parts }: Awaited<ReturnType<typeof some>>): Promise<Buffer> {
  const all = [...parts];
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return Buffer.concat(all);
    all.push(value);
  }
}

describe("readers of a blob on its way", () => {
  test("get what has come, go on when one of them leaves, and cost one request", async () => {
    const leaving = new AbortController();
    const [first, second, left] = await Promise.all([ask(), ask(), ask({}, leaving.signal)]);
    const begun = await Promise.all([some(first, 1_000_000), some(second, 1_000_000)]);
    await some(left, 500_000);
    leaving.abort();
    const range = await ask({ range: "bytes=100-199" });
    expect(Buffer.from(await range.bytes())).toEqual(BLOB.subarray(100, 200));
    answers[0]?.end(BLOB.subarray(HALF));
    for (const one of begun) expect(digestOf(await rest(one))).toBe(DIGEST);
    expect(ranges).toEqual([undefined]);
  });

  test("do not notice that the upstream broke off: the download goes on from there", async () => {
    const begun = await some(await ask(), 1_000_000);
    answers[0]?.destroy();
    expect(digestOf(await rest(begun))).toBe(DIGEST);
    expect(ranges).toHaveLength(2);
    expect(Number(/^bytes=(\d+)-/.exec(ranges[1] ?? "")?.[1])).toBeGreaterThan(0);
  });

  test("never get the last byte of what is not what its digest says", async () => {
    const begun = await some(await ask(), 1_000_000);
    answers[0]?.end(Buffer.alloc(BLOB.length - HALF));
    await expect(rest(begun)).rejects.toThrow();
  });
});
