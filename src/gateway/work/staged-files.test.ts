import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { StagedFiles } from "./staged-files.ts";

let dir: string;
let now = 0;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "berth-staged-"));
  now = 1000;
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const facts = (bytes: number) => ({ bytes, digest: "sha256:1" });
const staged = () => new StagedFiles({ folder: join(dir, "staged"), maxBytes: 10, keepSeconds: 60, now: () => now });

async function made(name: string): Promise<string> {
  await writeFile(join(dir, name), name);
  return join(dir, name);
}

test("a kept file can be taken several times, whatever becomes of the first", async () => {
  const files = staged();
  const first = await made("a");
  await files.keep("a", first, facts(1));
  await rm(first);
  for (const name of ["x", "y"]) {
    expect(await files.take("a", join(dir, name))).toEqual(facts(1));
    expect(await readFile(join(dir, name), "utf8")).toBe("a");
  }
  expect(await files.take("b", join(dir, "z"))).toBeUndefined();
});

test("it goes when its time is over", async () => {
  const files = staged();
  await files.keep("a", await made("a"), facts(1));
  now += 61;
  expect(await files.take("a", join(dir, "x"))).toBeUndefined();
  expect(await readdir(join(dir, "staged"))).toEqual([]);
});

test("the oldest go when there are too many bytes, and what is too large is not kept", async () => {
  const files = staged();
  for (const name of ["a", "b", "c"]) await files.keep(name, await made(name), facts(4));
  await files.keep("large", await made("large"), facts(11));
  expect((await readdir(join(dir, "staged"))).sort()).toEqual(["b", "c"]);
});
