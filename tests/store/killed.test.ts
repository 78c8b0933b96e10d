// Servers that are killed in the middle of whatever they do: the database stays whole, every pull gets to its end, and
// what was reported as finished stays finished.

import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeQueue } from "../../src/gateway/queue/queue.ts";
import { openSeal } from "../../src/gateway/queue/seal.ts";
import { request } from "../../src/gateway/queue/testing.ts";
import { storeChoices } from "../support/stores.ts";

const PULLS = 60;
const KILLS = 6;

let dir = "";
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "berth-killed-"));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

interface Worker {
  readonly finished: readonly string[];
  /** Lines that it has said so far. */
  lines(): number;
  /** Resolves when it has said so many lines, or is gone. */
  said(lines: number): Promise<void>;
  kill(): Promise<void>;
}

function startWorker(url: string, id: string, keyFile: string): Worker {
  const program = join(import.meta.dirname, "worker-process.ts");
  const child = spawn(process.execPath, [program, url, id, keyFile], { stdio: ["ignore", "pipe", "inherit"] });
  const finished: string[] = [];
  const lines: string[] = [];
  let heard = () => {};
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(line);
    const { finished: tag } = JSON.parse(line) as { readonly finished?: string };
    if (tag !== undefined) finished.push(tag);
    heard();
  });
  const gone = new Promise<void>((resolve) => child.once("close", () => resolve())).then(() => heard());
  const said = async (count: number) => {
    while (lines.length < count && child.exitCode === null && !child.killed)
      await new Promise<void>((resolve) => {
        heard = resolve;
      });
  };
  const kill = () => {
    child.kill("SIGKILL");
    return gone;
  };
  return { finished, lines: () => lines.length, said, kill };
}

describe.each(storeChoices())("servers with $kind", (choice) => {
  test.skipIf(choice.skip)("may be killed at any moment", async () => {
    const store = await choice.open();
    const keyFile = join(dir, "key");
    const now = () => Date.now() / 1000;
    const queue = makeQueue({
      store,
      server: { id: "watcher", host: "here" },
      seal: await openSeal(keyFile),
      now,
      attempts: 1000,
    });
    for (let n = 0; n < PULLS; n += 1) await queue.add(request(`tag${n}`, n % 7));
    const finished: string[] = [];
    for (let n = 0; n < KILLS; n += 1) {
      const worker = startWorker(choice.url(store), "victim", keyFile);
      // Somewhere in the middle: the first line says that it is ready.
      await worker.said(2 + n * 2);
      await worker.kill();
      finished.push(...worker.finished);
    }
    const last = startWorker(choice.url(store), "victim", keyFile);
    // Counted before the look, since the last line may come during it.
    for (let lines = last.lines(); (await queue.unfinished(undefined)).length > 0; lines = last.lines())
      await last.said(lines + 1);
    await last.kill();
    finished.push(...last.finished);
    const rows = await store.db.selectFrom("pulls").select(["tag", "status", "image_id"]).execute();
    expect(rows.length).toBe(PULLS);
    for (const row of rows) expect(row).toMatchObject({ status: "READY", image_id: row.tag });
    expect(new Set(finished).size).toBe(finished.length);
    expect(await store.db.selectFrom("flights").selectAll().execute()).toEqual([]);
  });
});
