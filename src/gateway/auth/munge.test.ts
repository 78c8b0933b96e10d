import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasMunge, startMunge, type TestMunge } from "../../../tests/support/munge.ts";
import { decodeMunge, encodeMunge, openMunge } from "./munge.ts";

describe.skipIf(!hasMunge)("a munge credential (skipped where munge is not installed)", () => {
  let munged: TestMunge;
  beforeAll(async () => {
    munged = await startMunge();
  });
  afterAll(() => munged?.stop());

  test("made by the program munge names its maker and carries its payload", async () => {
    const credential = munged.munge("-s", '{"a":"b:c:d"}');
    const { uid, gid, payload, encodedAt } = await decodeMunge(munged.socket, credential);
    expect({ uid, gid, payload: payload.toString() }).toEqual({
      uid: process.getuid?.(),
      gid: process.getgid?.(),
      payload: '{"a":"b:c:d"}',
    });
    expect(Math.abs(encodedAt - Date.now() / 1000)).toBeLessThan(60);
  });

  test("made here is read here, whatever bytes it carries", async () => {
    const bytes = Buffer.from([0, 255, 10, 0, 128]);
    const { payload } = await decodeMunge(munged.socket, await encodeMunge(munged.socket, bytes));
    expect(payload).toEqual(bytes);
    const empty = await decodeMunge(munged.socket, await encodeMunge(munged.socket, ""));
    expect(empty.payload.length).toBe(0);
  });

  test("carries half a megabyte, and more than munged takes is refused with a sentence", async () => {
    const long = Buffer.alloc(300_000, "x");
    const credential = await encodeMunge(munged.socket, long);
    expect((await decodeMunge(munged.socket, credential)).payload.length).toBe(long.length);
    await expect(encodeMunge(munged.socket, Buffer.alloc(2 ** 21))).rejects.toMatchObject({ code: "E_AUTH_NO_MUNGE" });
  });

  test("counts once: the second time it is replayed, and only a login file may look at it again", async () => {
    const credential = munged.munge("-s", "once");
    await decodeMunge(munged.socket, credential);
    await expect(decodeMunge(munged.socket, credential)).rejects.toMatchObject({ code: "E_AUTH_REPLAYED", http: 401 });
    const again = await decodeMunge(munged.socket, credential, { anyAge: true });
    expect(again.payload.toString()).toBe("once");
  });

  test("expires", async () => {
    const credential = await encodeMunge(munged.socket, "short", { ttl: 1 });
    const made = Date.now();
    // munged counts whole seconds, and a second of time to live means the next one too.
    while (Date.now() < made + 2100) await new Promise((resolve) => setTimeout(resolve, 100));
    await expect(decodeMunge(munged.socket, credential)).rejects.toMatchObject({ code: "E_AUTH_EXPIRED", http: 401 });
    expect((await decodeMunge(munged.socket, credential, { anyAge: true })).payload.toString()).toBe("short");
  });

  test.each([
    ["junk", "junk"],
    ["nothing", ""],
    ["a beginning only", "MUNGE:"],
    ["a form without content", "MUNGE:AAAA:"],
    ["letters outside base64", "MUNGE:!!!%%%:"],
    ["too much", `MUNGE:${"A".repeat(600_000)}:`],
  ])("that is %s is invalid", async (_name, credential) => {
    const options = { anyAge: true };
    const read = decodeMunge(munged.socket, credential, options);
    await expect(read).rejects.toMatchObject({ code: "E_AUTH_INVALID", http: 401 });
  });

  test("with a changed letter is invalid", async () => {
    const credential = munged.munge("-s", "payload");
    const changed = credential.replace(/^(.{60})(.)/, (_, start, letter) => `${start}${letter === "A" ? "B" : "A"}`);
    await expect(decodeMunge(munged.socket, changed)).rejects.toMatchObject({ code: "E_AUTH_INVALID" });
  });

  test("made with another key is invalid", async () => {
    const other = await startMunge();
    try {
      const credential = await encodeMunge(other.socket, "");
      await expect(decodeMunge(munged.socket, credential)).rejects.toMatchObject({ code: "E_AUTH_INVALID" });
    } finally {
      await other.stop();
    }
  });

  test("is read among hundreds at once, each exactly once", async () => {
    const client = openMunge(munged.socket);
    const credentials = await Promise.all(Array.from({ length: 600 }, (_, i) => client.encode(`payload ${i}`)));
    const read = await Promise.all(credentials.map((credential) => client.decode(credential)));
    expect(read.map(({ payload }) => payload.toString())).toEqual(read.map((_, i) => `payload ${i}`));
  });

  test("waits for munged no longer than its signal", async () => {
    const client = openMunge(munged.socket);
    const signal = AbortSignal.abort(new Error("the client went away"));
    await expect(client.encode("", { signal })).rejects.toThrow("the client went away");
  });

  test("cannot be read while munged is away, and can when it is back", async () => {
    const client = openMunge(munged.socket);
    const credential = await client.encode("");
    await munged.halt();
    await expect(client.decode(credential)).rejects.toMatchObject({ code: "E_AUTH_NO_MUNGE", http: 503 });
    await munged.start();
    expect((await client.decode(credential)).uid).toBe(process.getuid?.());
  });
});

describe("a socket", () => {
  test("that is not there is a sentence", async () => {
    const read = decodeMunge("/nonexistent/munge.socket", "MUNGE:AAAA:");
    await expect(read).rejects.toMatchObject({ code: "E_AUTH_NO_MUNGE", http: 503 });
  });

  test.each([
    ["speaks another protocol", "HTTP/1.1 400 Bad Request\r\n\r\n"],
    ["speaks another version", Buffer.from("00606d4b0905000000000000", "hex")],
    ["announces more than it may", Buffer.from("00606d4b040500ffffffff", "hex")],
    ["sends more than it announced", Buffer.from("00606d4b0405000000000100ff", "hex")],
    ["cuts its answer off", Buffer.from("00606d4b0405000000000200ff", "hex")],
    ["hangs up", ""],
  ])("behind which somebody %s is a sentence", async (_name, words) => {
    const { path, server } = await impostor(words);
    try {
      const read = decodeMunge(path, "MUNGE:AAAA:");
      await expect(read).rejects.toMatchObject({ code: "E_AUTH_NO_MUNGE", http: 503 });
    } finally {
      server.close();
    }
  });
});

describe("what munged says of a credential", () => {
  // Those that a test cannot bring about with a real munged: its clock would have to be set back.
  test.each([
    [16, "E_AUTH_REWOUND", 401],
    [18, "E_AUTH_INVALID", 401],
    [10, "E_AUTH_INVALID", 401],
    [5, "E_AUTH_NO_MUNGE", 503],
  ])("as number %i is %s", async (status, code, http) => {
    const { path, server } = await impostor(decodeAnswer(status));
    try {
      await expect(decodeMunge(path, "MUNGE:AAAA:")).rejects.toMatchObject({ code, http });
    } finally {
      server.close();
    }
  });

  test("as rewound is accepted from a login file", async () => {
    const { path, server } = await impostor(decodeAnswer(16));
    try {
      const { uid, gid, payload } = await decodeMunge(path, "MUNGE:AAAA:", { anyAge: true });
      expect([uid, gid, payload.toString()]).toEqual([500, 50, "hi"]);
    } finally {
      server.close();
    }
  });
});

/** The bytes of an answer about a credential of 500:50 around "hi". */
function decodeAnswer(status: number): Buffer {
  const words = Buffer.from([status, 0, 4, 5, 0, 0]);
  const numbers = Buffer.alloc(4);
  const rest = Buffer.alloc(30);
  rest.writeUInt8(0, 0);
  rest.writeUInt32BE(500, 9);
  rest.writeUInt32BE(50, 13);
  rest.writeUInt32BE(2, 25);
  const body = Buffer.concat([words, numbers, rest.subarray(0, 29), Buffer.from("hi")]);
  const head = Buffer.from("00606d4b040500", "hex");
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length, 0);
  return Buffer.concat([head, length, body]);
}

let sockets = 0;

function impostor(words: string | Buffer): Promise<{ path: string; server: Server }> {
  const path = join(tmpdir(), `berth-impostor-${process.pid}-${sockets++}`);
  const server = createServer((connection) => {
    connection.on("error", () => {});
    connection.once("data", () => connection.end(words));
  });
  return new Promise((resolve) => server.listen(path, () => resolve({ path, server })));
}
