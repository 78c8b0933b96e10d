// The way to munged through berth-relay: the same answers as by a connection of one's own, whatever dies meanwhile.

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Munge, openMunge, relayed } from "../../src/gateway/auth/munge.ts";
import { openRelay, type Relay } from "../../src/gateway/auth/munge-relay.ts";
import { hasMunge, startMunge, type TestMunge } from "../support/munge.ts";

const PROGRAM = join(import.meta.dirname, "../../build/berth-relay");
const absent = !hasMunge ? "munge" : existsSync(PROGRAM) ? undefined : "build/berth-relay";

describe.skipIf(absent)(`munge through a relay${absent ? ` [needs ${absent}]` : ""}`, () => {
  let munged: TestMunge;
  let relay: Relay;
  let munge: Munge;
  beforeEach(async () => {
    munged = await startMunge();
    relay = openRelay(PROGRAM, munged.socket);
    munge = openMunge(munged.socket, relayed(relay));
  });
  afterEach(async () => {
    relay?.close();
    await munged?.stop();
  });
  const all = (count: number) => Promise.all(Array.from({ length: count }, (_, n) => munge.encode(`payload ${n}`)));

  test("answers each of a thousand questions at once with its own answer", async () => {
    const credentials = await all(1000);
    const read = await Promise.all(credentials.map((credential) => munge.decode(credential)));
    expect(read.map(({ payload }) => payload.toString())).toEqual(credentials.map((_, n) => `payload ${n}`));
    expect(new Set(read.map(({ uid }) => uid)).size).toBe(1);
  });

  test("tells a credential that was used before, and one that is none", async () => {
    const credential = await munge.encode("x");
    await munge.decode(credential);
    await expect(munge.decode(credential)).rejects.toMatchObject({ code: "E_AUTH_REPLAYED" });
    await expect(munge.decode("MUNGE:junk:")).rejects.toMatchObject({ code: "E_AUTH_INVALID" });
  });

  test("carries payloads as long as munged takes them", async () => {
    const long = "y".repeat(300_000);
    expect((await munge.decode(await munge.encode(long))).payload.toString()).toBe(long);
    await expect(munge.encode(Buffer.alloc(2 ** 21))).rejects.toMatchObject({ code: "E_AUTH_NO_MUNGE" });
  });

  test("goes on after the relay was killed", async () => {
    const credentials = await all(200);
    const [first = "", ...rest] = credentials;
    await munge.decode(first);
    const decoding = Promise.allSettled(rest.map((credential) => munge.decode(credential)));
    execFileSync("pkill", ["-KILL", "-f", `berth-relay ${munged.socket}`]);
    await decoding;
    await expect.poll(() => munge.encode("again").catch(() => undefined), { timeout: 20_000 }).toMatch(/^MUNGE:/);
  });

  test("says that munged is away, and finds it when it is back", async () => {
    await munge.encode("x");
    await munged.stop();
    await expect(munge.encode("x")).rejects.toMatchObject({ code: "E_AUTH_NO_MUNGE", http: 503 });
  });

  test("gives a question up when its asker does", async () => {
    const giveUp = new AbortController();
    const asked = munge.encode("x", { signal: giveUp.signal });
    giveUp.abort(new Error("enough"));
    await expect(asked).rejects.toThrow("enough");
    expect(await munge.encode("y")).toMatch(/^MUNGE:/);
  });

  test("gives nobody the answer to a question that another gave up", async () => {
    for (let n = 0; n < 50; n++) {
      const giveUp = new AbortController();
      const asked = munge.encode(`given up ${n}`, { signal: giveUp.signal });
      giveUp.abort(new Error("enough"));
      await expect(asked).rejects.toThrow("enough");
      expect((await munge.decode(await munge.encode(`mine ${n}`))).payload.toString()).toBe(`mine ${n}`);
    }
  });

  test("says so where the program is missing", async () => {
    const lost = openMunge(munged.socket, relayed(openRelay("/nonexistent/berth-relay", munged.socket)));
    await expect(lost.encode("x")).rejects.toMatchObject({ code: "E_AUTH_NO_MUNGE" });
  });
});
