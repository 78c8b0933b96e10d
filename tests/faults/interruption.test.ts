// A person who interrupts a pull reads nothing of broken layers, gets the status of the signal, and finds no file.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type FaultyRegistry, faultyRegistry } from "../oci-store/faulty-registry.ts";
import { writeLayout } from "../support/oci-image.ts";

const MAIN = join(import.meta.dirname, "../../src/main.ts");
const LAYER = { entries: [{ path: "large", content: "x".repeat(40 * 1024 * 1024) }] };

let dir: string;
let registry: FaultyRegistry;
let reached: () => void = () => {};

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "berth-interruption-"));
  const layout = join(dir, "image");
  await mkdir(layout);
  await writeLayout(layout, { v1: { layers: [LAYER] } });
  // Enough arrives to be decompressed; the rest never does.
  registry = await faultyRegistry({ app: layout }, (count) => {
    if (count > 0) reached();
    return count > 0 ? { stallAfter: 20_000 } : {};
  });
});
afterAll(async () => {
  await registry.close();
  await rm(dir, { recursive: true });
});

test.each([
  ["SIGTERM", 143],
  ["SIGINT", 130],
  ["SIGHUP", 129],
] as const)("%s during the conversion ends a pull with %i and leaves no file", async (signal, status) => {
  const target = join(dir, signal);
  await mkdir(target);
  const underWay = new Promise<void>((resolve) => {
    reached = resolve;
  });
  const env = { PATH: process.env["PATH"], HOME: dir, BERTH_CACHEDIR: join(dir, `cache-${signal}`) };
  const pull = spawn(process.execPath, [MAIN, "pull", `docker://${registry.host}/app:v1`], { cwd: target, env });
  const said = text(pull.stderr);
  await underWay;
  pull.kill(signal);
  const [code] = (await once(pull, "close")) as [number | null];
  expect(code, await said).toBe(status);
  expect(await said).not.toContain("FATAL");
  expect(await readdir(target)).toEqual([]);
});
