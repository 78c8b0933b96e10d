import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Checkpoints } from "./checkpoints.ts";
import { SqlitePair } from "./driver.ts";

let dir = "";

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "berth-checkpoints-"));
});

afterEach(async () => {
  await rm(dir, { recursive: true });
});

/** What the file holds without its log. */
async function carriedOver(path: string): Promise<number> {
  const copy = join(dir, "copy");
  await copyFile(path, copy);
  const database = new DatabaseSync(copy);
  try {
    return Number(database.prepare("select count(*) as n from sqlite_schema").get()?.["n"]);
  } finally {
    database.close();
  }
}

test("the log is carried over though the writer never does it, however much it writes", async () => {
  const path = join(dir, "file");
  const pair = new SqlitePair(path);
  const checkpoints = new Checkpoints(pair.writer);
  pair.writer.exec("create table t (x)");
  try {
    expect(await carriedOver(path)).toBe(0);
    await expect.poll(() => carriedOver(path), { timeout: 15_000 }).toBe(1);
  } finally {
    await checkpoints.close();
    pair.close();
  }
});
