// What a tag means when a stack is deployed again, restarted or upgraded: as it was, or as Spin has it.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { openStore } from "../../store/open-store.ts";
import { FRED, ModelDriver, openModelStacks, wish } from "./testing.ts";
import type { Stacks } from "./types.ts";

let folder = "";
let count = 0;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "berth-tags-"));
});

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const TWO = (more = "") => `services: {web: {image: "web:1"${more}}, db: {image: "db:1"}}`;

async function deployed(tags: "pinned" | "as-spin") {
  count += 1;
  const store = await openStore(`sqlite:${join(folder, `${count}.db`)}`, { now: () => Date.now() / 1000 });
  const driver = new ModelDriver();
  const stacks = openModelStacks(store, driver, { tags: () => tags });
  closing.push(async () => {
    await stacks.close();
    await store.close();
  });
  await up(stacks, TWO());
  driver.move("web:1");
  driver.move("db:1");
  return { stacks, driver };
}

async function up(stacks: Stacks, text: string): Promise<void> {
  const answer = await stacks.up(wish("rover", text), FRED);
  if (answer.begun) await stacks.ended(answer.deployment.id);
}

async function digests(stacks: Stacks): Promise<readonly string[]> {
  return (await stacks.show("rover")).services.map(({ digest }) => digest);
}

async function told(stacks: Stacks): Promise<readonly string[]> {
  const { items } = await stacks.events({ stack: "rover", kinds: ["tag"] });
  return items.map(({ service, message }) => `${service}: ${message}`).sort();
}

test("pinned, deploying again changes no build", async () => {
  const { stacks } = await deployed("pinned");
  const { plan } = await stacks.propose(wish("rover", TWO(", environment: {A: b}")), FRED);
  expect(plan.warnings).toEqual([]);
  await up(stacks, TWO(", environment: {A: b}"));
  expect(await digests(stacks)).toEqual(["sha256:web:1#1", "sha256:db:1#1"]);
  expect(await told(stacks)).toEqual([]);
});

test("as on Spin, deploying again takes what the engine has, with a warning before and an event after", async () => {
  const { stacks } = await deployed("as-spin");
  const { plan } = await stacks.propose(wish("rover", TWO()), FRED);
  expect(plan.warnings).toEqual([
    expect.stringContaining("web:1 is sha256:web:1#2 on the engine now; it was sha256:web:1#1"),
    expect.stringContaining("db:1 is sha256:db:1#2"),
  ]);
  await up(stacks, TWO());
  expect(await digests(stacks)).toEqual(["sha256:web:1#2", "sha256:db:1#2"]);
  expect(await told(stacks)).toEqual([
    expect.stringMatching(/^db: db:1 is .*nobody upgraded it/),
    expect.stringMatching(/^web: web:1 is .*nobody upgraded it/),
  ]);
});

test("as on Spin, who upgrades one service changes no other", async () => {
  const { stacks } = await deployed("as-spin");
  await stacks.ended((await stacks.upgrade("rover", { services: ["db"] }, FRED)).id);
  expect(await digests(stacks)).toEqual(["sha256:web:1#1", "sha256:db:1#2"]);
  expect(await told(stacks)).toEqual([]);
});

test.each(["pinned", "as-spin"] as const)(
  "%s, a restart keeps the build, and says so of what is restarted",
  async (tags) => {
    const { stacks } = await deployed(tags);
    await stacks.ended((await stacks.restart("rover", "web", FRED)).id);
    expect(await digests(stacks)).toEqual(["sha256:web:1#1", "sha256:db:1#1"]);
    expect(await told(stacks)).toEqual([
      "web: restart keeps the build sha256:web:1#1; web:1 is sha256:web:1#2 on the engine now: upgrade to take it",
    ]);
  },
);
