// Another program holds SQLite's only place for writers while a stack is deployed: it waits, and goes on.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { openStore } from "../../store/open-store.ts";
import { FRED, ModelDriver, openModelStacks, wish } from "./testing.ts";

test("a deployment waits for a database that is busy, and ends well", async () => {
  const folder = await mkdtemp(join(tmpdir(), "berth-busy-"));
  const file = join(folder, "berth.db");
  const store = await openStore(`sqlite:${file}`, { now: () => Date.now() / 1000 });
  const driver = new ModelDriver();
  const stacks = openModelStacks(store, driver);
  const other = new DatabaseSync(file);
  try {
    const answer = await stacks.up(wish("rover", 'services: {web: {image: "a:1"}}'), FRED);
    if (!answer.begun) throw new Error("refused");
    other.exec("begin immediate");
    setTimeout(() => other.exec("commit"), 1000);
    expect(await stacks.ended(answer.deployment.id)).toMatchObject({ state: "done" });
    expect(driver.running("rover")).toEqual({ web: 1 });
  } finally {
    await stacks.close();
    await store.close();
    other.close();
    await rm(folder, { recursive: true, force: true });
  }
});
