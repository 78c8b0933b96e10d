// An engine that misbehaves: silent, endless, gone in the middle, talking rubbish. The answers come from a real HTTP server.

import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { connectEngine } from "./engine.ts";
import type { Engine } from "./types.ts";

let server: Server | undefined;
let folder: string | undefined;

afterEach(async () => {
  server?.closeAllConnections();
  server?.close();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

async function engineThat(answers: RequestListener, timeoutMs = 5000): Promise<Engine> {
  folder = await mkdtemp(join(tmpdir(), "berth-engine-test-"));
  const path = join(folder, "sock");
  server = createServer(answers);
  await new Promise<void>((resolve) => server?.listen(path, resolve));
  return connectEngine({ address: `unix://${path}`, timeoutMs });
}

describe("an engine", () => {
  test("that never answers is given up after the time that it has", async () => {
    const engine = await engineThat(() => undefined, 50);
    await expect(engine.info()).rejects.toMatchObject({ code: "E_ENGINE_TIMEOUT", http: 504 });
    await expect(engine.networks({})).rejects.toMatchObject({ code: "E_ENGINE_TIMEOUT" });
  });

  test("that begins to answer and does not go on is given up as well", async () => {
    const engine = await engineThat((_, answer) => void answer.writeHead(200).write("["), 50);
    await expect(engine.networks({})).rejects.toMatchObject({ code: "E_ENGINE_TIMEOUT" });
  });

  test("is let go as soon as the caller has no more use for the answer", async () => {
    const engine = await engineThat(() => undefined);
    const stop = new AbortController();
    const asking = engine.info({ signal: stop.signal });
    const reason = new Error("enough");
    stop.abort(reason);
    await expect(asking).rejects.toBe(reason);
    await expect(engine.alive({ signal: stop.signal })).rejects.toBe(reason);
  });

  test("that hangs up in the middle is gone", async () => {
    const engine = await engineThat((_, answer) => {
      answer.writeHead(200, { "content-length": 1000 }).write("[");
      setImmediate(() => answer.destroy());
    });
    await expect(engine.networks({})).rejects.toMatchObject({ code: "E_ENGINE_GONE", http: 503 });
    expect(await engine.alive()).toBe(false);
  });

  test("whose stream of events ends has gone away; our own end of it is none", async () => {
    const engine = await engineThat((_, answer) => {
      answer.writeHead(200).write(`${JSON.stringify({ Type: "container", Action: "start", Actor: { ID: "x" } })}\n`);
      setTimeout(() => answer.end(), 20);
    });
    const seen: string[] = [];
    const follow = async (signal?: AbortSignal) => {
      for await (const event of engine.events({}, { signal })) seen.push(event.action);
    };
    await expect(follow()).rejects.toMatchObject({ code: "E_ENGINE_GONE" });
    await follow(AbortSignal.timeout(10));
    expect(seen[0]).toBe("start");
  });

  test("that sends without end is stopped at the bound", async () => {
    const engine = await engineThat((_, answer) => {
      answer.writeHead(200);
      const chunk = Buffer.alloc(1024 * 1024, 32);
      const more = () => {
        while (!answer.destroyed && answer.write(chunk));
        if (!answer.destroyed) answer.once("drain", more);
      };
      more();
    });
    await expect(engine.networks({})).rejects.toMatchObject({ code: "E_ENGINE_ANSWER" });
  });

  test("that talks rubbish is told from one that has nothing", async () => {
    const engine = await engineThat((_, answer) => void answer.end("<html>"));
    await expect(engine.networks({})).rejects.toMatchObject({ code: "E_ENGINE_ANSWER", http: 502 });
    await expect(engine.containers({})).rejects.toMatchObject({ code: "E_ENGINE_ANSWER" });
    await expect(engine.container("a")).rejects.toMatchObject({ code: "E_ENGINE_ANSWER" });
    await expect(engine.wait("a")).rejects.toMatchObject({ code: "E_ENGINE_ANSWER" });
  });

  test("is never asked for anything that a name smuggles in", async () => {
    const asked: string[] = [];
    const engine = await engineThat(({ url }, answer) => {
      asked.push(url ?? "");
      answer.end("{}");
    });
    for (const name of ["../images", "a?force=1", "a b", "", "a\nb", "-x", "%2e%2e"]) {
      await expect(engine.remove(name)).rejects.toMatchObject({ code: "E_ENGINE_REFUSED" });
      await expect(engine.removeVolume(name)).rejects.toMatchObject({ code: "E_ENGINE_REFUSED" });
    }
    expect(asked).toEqual([]);
  });

  test("refuses with a page of a megabyte, of which one line is kept", async () => {
    const engine = await engineThat((_, answer) => void answer.writeHead(500).end("x".repeat(1024 * 1024)));
    const failure = await engine.networks({}).catch((error: unknown) => error as Error);
    expect(failure).toMatchObject({ code: "E_ENGINE_REFUSED" });
    expect(String(failure).length).toBeLessThan(600);
  });

  test("lists a thousand containers in a moment", async () => {
    const id = (number: number) => number.toString(16).padStart(64, "0");
    const list = JSON.stringify(Array.from({ length: 1000 }, (_, number) => ({ Id: id(number) })));
    const engine = await engineThat(({ url = "" }, answer) => {
      const [, wanted] = /containers\/([0-9a-f]{64})\/json/.exec(url) ?? [];
      answer.end(
        wanted === undefined ? list : JSON.stringify({ Id: wanted, Name: "/n", State: { Status: "running" } }),
      );
    });
    const found = await engine.containers({});
    expect(found.length).toBe(1000);
    expect(found[999]?.id).toBe(id(999));
  });
});

test("nobody at the address: said with the cure", async () => {
  const engine = connectEngine({ address: "unix:///nonexistent/engine.sock", timeoutMs: 1000 });
  await expect(engine.info()).rejects.toMatchObject({
    code: "E_ENGINE_ABSENT",
    http: 503,
    hint: expect.stringContaining("systemctl start"),
  });
  expect(await engine.alive()).toBe(false);
  const host = connectEngine({ address: "tcp://127.0.0.1:1", timeoutMs: 1000 });
  await expect(host.info()).rejects.toMatchObject({ code: "E_ENGINE_ABSENT" });
});
