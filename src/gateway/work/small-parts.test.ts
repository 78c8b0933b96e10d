// The small pure parts of the work: lines, ends, memories, progress.

import { Readable } from "node:stream";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseDigest } from "../../base/digest.ts";
import { fetchProgress } from "./fetch-progress.ts";
import type { JobMessage } from "./job-messages.ts";
import { lastFailures } from "./last-failures.ts";
import { linesOf } from "./lines.ts";
import { endOf } from "./outcome.ts";

async function collected(lines: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const line of lines) all.push(line);
  return all;
}

describe("lines", () => {
  test("are the same however the bytes arrive", async () => {
    const texts = fc.array(fc.string({ unit: "grapheme" }).map((text) => text.replaceAll("\n", "")));
    await fc.assert(
      fc.asyncProperty(texts, fc.integer({ min: 1, max: 7 }), async (lines, size) => {
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(""));
        const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
          bytes.subarray(at * size, (at + 1) * size),
        );
        expect(await collected(linesOf(Readable.from(pieces), 10_000))).toEqual(lines);
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  test("that never end are refused", async () => {
    const endless = Readable.from([Buffer.alloc(60), Buffer.alloc(60)]);
    await expect(collected(linesOf(endless, 100))).rejects.toMatchObject({ code: "E_WORK_MESSAGE" });
  });
});

describe("the end of a pull", () => {
  const failure = (again: number | undefined) => ({ code: "E_X", message: "why", again, detail: "" });

  test("is final unless trying again has a point", () => {
    const final = { kind: "failed", message: "why", code: "E_X" };
    expect(endOf({ kind: "failed", failure: failure(undefined) }, 1)).toEqual(final);
  });

  test("pauses longer with each attempt, and as long as the registry asks", () => {
    const pauses = [1, 2, 3, 20].map((attempts) => endOf({ kind: "failed", failure: failure(0) }, attempts));
    expect(pauses.map((end) => end?.kind === "again" && end.afterSeconds)).toEqual([5, 10, 20, 300]);
    expect(endOf({ kind: "failed", failure: failure(100) }, 1)).toMatchObject({ afterSeconds: 100 });
  });

  test("is not ours to tell when another pull makes the image", () => {
    expect(endOf({ kind: "follows" }, 1)).toBeUndefined();
  });
});

describe("failures that are remembered", () => {
  const failure = (code: string) => ({ code, message: "", again: undefined, detail: "" });

  test("are those of the image, for a while", () => {
    let now = 0;
    const failures = lastFailures(300, () => now);
    failures.note("broken", failure("E_LAYER_TAR"));
    failures.note("refused", failure("E_AUTH_REQUIRED"));
    failures.note("full", failure("E_WORK_DISK"));
    expect(["broken", "refused", "full"].map((key) => failures.find(key)?.code)).toEqual([
      ...["E_LAYER_TAR", undefined, undefined],
    ]);
    now = 301;
    expect(failures.find("broken")).toBeUndefined();
  });

  test("are never more than a thousand", () => {
    const failures = lastFailures(300, () => 0);
    for (let at = 0; at < 1500; at++) failures.note(String(at), failure("E_LAYER_TAR"));
    expect(failures.find("0")).toBeUndefined();
    expect(failures.find("1499")).toBeDefined();
  });
});

test("progress counts each layer once, and never more than all", () => {
  const said: JobMessage[] = [];
  const layer = (digit: string, size: number) => ({
    ...{ mediaType: "x", digest: parseDigest(`sha256:${digit.repeat(64)}`), size },
  });
  const [a, b] = [layer("a", 10), layer("b", 30)];
  const progress = fetchProgress([a, b, a], (message) => said.push(message));
  progress.present(a);
  progress.present(a);
  const task = progress.start(`fetch ${"b".repeat(12)}`, 30);
  task.advance(20);
  task.advance(20);
  progress.start("convert").advance(5);
  expect(said).toEqual([
    { type: "bytes", done: 10, total: 40 },
    { type: "stage", status: "PULLING", text: `Pulling layer sha256:${"b".repeat(64)}` },
    { type: "bytes", done: 30, total: 40 },
    { type: "bytes", done: 40, total: 40 },
  ]);
  expect(progress.fetched).toBe(40);
});
