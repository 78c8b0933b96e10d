// Single services rolled back, upgrades that replace containers another way this once, and two who want the same name: over a
// model of an engine.

import { describe, expect, test } from "vitest";
import { storeChoices } from "../../../tests/support/stores.ts";
import type { withServiceOf } from "./service-of-before.ts";
import { FRED, ModelDriver, openModelStacks, wish } from "./testing.ts";
import type { Stacks } from "./types.ts";

const WILMA = { uid: 1001, user: "wilma" };
const TWO = (web: string, db: string) => `services: {web: {image: "${web}"}, db: {image: "${db}"}}`;

async function deploy(stacks: Stacks, text: string) {
  const answer = await stacks.up(wish("rover", text), FRED);
  if (!answer.begun) throw new Error(JSON.stringify(answer.proposal.notes));
  return stacks.ended(answer.deployment.id);
}

describe.each(storeChoices())("single services in $kind", (choice) => {
  const open = async (said: Parameters<typeof openModelStacks>[2] = {}) => {
    const driver = new ModelDriver();
    return { driver, stacks: openModelStacks(await choice.open(), driver, said) };
  };
  const images = async (stacks: Stacks) =>
    Object.fromEntries((await stacks.show("rover")).services.map(({ name, image }) => [name, image]));

  test.skipIf(choice.skip)("are rolled back to the last that was something else, and others stay", async () => {
    const { stacks, driver } = await open();
    await deploy(stacks, TWO("web:1", "db:1"));
    await deploy(stacks, TWO("web:2", "db:1"));
    await deploy(stacks, TWO("web:2", "db:2"));
    driver.done.length = 0;
    const { id, kind } = await stacks.rollback("rover", { service: "web" }, WILMA);
    expect(await stacks.ended(id)).toMatchObject({ state: "done", service: "web" });
    expect(kind).toBe("rollback");
    expect(await images(stacks)).toEqual({ web: "web:1", db: "db:2" });
    expect(driver.done.filter((words) => words.endsWith(" db"))).toEqual(["keep db"]);
    expect(driver.running("rover")).toEqual({ web: 1, db: 1 });
    await stacks.ended((await stacks.rollback("rover", { service: "web", to: 2 }, FRED)).id);
    expect(await images(stacks)).toEqual({ web: "web:2", db: "db:2" });
    await expect(stacks.rollback("rover", { service: "cache" }, FRED)).rejects.toMatchObject({
      code: "E_STACK_NO_SERVICE",
    });
    await stacks.close();
  });

  test.skipIf(choice.skip)("that were never anything else have nothing to go back to", async () => {
    const { stacks } = await open();
    await deploy(stacks, TWO("web:1", "db:1"));
    await deploy(stacks, TWO("web:2", "db:1"));
    await expect(stacks.rollback("rover", { service: "db" }, FRED)).rejects.toMatchObject({
      code: "E_STACK_NO_SERVICE_BEFORE",
    });
    await stacks.close();
  });

  test.skipIf(choice.skip)("go back while others wait to be confirmed, and those can go back still", async () => {
    const { stacks, driver } = await open();
    await deploy(stacks, TWO("web:1", "db:1"));
    for (const tag of ["web:1", "db:1"]) driver.move(tag);
    const choice = { update: { confirm: true } } as const;
    const upgraded = await stacks.upgrade("rover", choice, FRED);
    await stacks.ended(upgraded.id);
    expect(driver.engineOf("rover").containers).toHaveLength(4);
    expect((await stacks.deployment(upgraded.id)).spec.services[0]?.update.confirm).toBe(false);
    await stacks.ended((await stacks.rollback("rover", { service: "web" }, FRED)).id);
    const digests = async () => (await stacks.show("rover")).services.map(({ digest }) => digest);
    expect(await digests()).toEqual(["sha256:web:1#1", "sha256:db:1#2"]);
    await expect(stacks.upgrade("rover", {}, FRED)).rejects.toMatchObject({ code: "E_STACK_UNCONFIRMED" });
    await stacks.ended((await stacks.rollback("rover", {}, FRED)).id);
    expect(await digests()).toEqual(["sha256:web:1#1", "sha256:db:1#1"]);
    expect(driver.engineOf("rover").containers).toHaveLength(2);
    await stacks.close();
  });

  test.skipIf(choice.skip)(
    "are replaced in other batches when an upgrade says so, and only those it names",
    async () => {
      const { stacks, driver } = await open();
      const text =
        "services: {web: {image: 'web:1', deploy: {replicas: 3}}, db: {image: 'db:1', deploy: {replicas: 2}}}";
      await deploy(stacks, text);
      for (const tag of ["web:1", "db:1"]) driver.move(tag);
      driver.done.length = 0;
      const choice = { services: ["web"], update: { batch: 2, intervalMs: 5, startFirst: true } } as const;
      await stacks.ended((await stacks.upgrade("rover", choice, FRED)).id);
      const web = driver.done.filter((words) => /^(start|stop|wait) web$/.test(words));
      expect(web).toEqual(["start web", "start web", "stop web", "stop web", "wait web", "start web", "stop web"]);
      expect(driver.done.filter((words) => /^(start|stop) db$/.test(words))).toEqual([]);
      await stacks.close();
    },
  );

  test.skipIf(choice.skip)("two who make a stack of one name at once: one has it, the other hears so", async () => {
    const { stacks } = await open();
    const text = "services: {web: {image: 'web:1'}}";
    const both = [FRED, WILMA].map((by) =>
      stacks.up({ ...wish("rover", text), tags: { owner: by.user } }, by, { over: null }).then(
        () => by.user,
        (error: { readonly code?: string }) => error.code ?? String(error),
      ),
    );
    const ends = await Promise.all(both);
    const winner = ends.find((end) => !end.startsWith("E_"));
    expect(ends.filter((end) => end === "E_STACK_BUSY" || end === "E_STACK_CHANGED")).toHaveLength(1);
    expect((await stacks.show("rover")).owner).toBe(winner);
    await stacks.close();
  });

  test.skipIf(choice.skip)("what was allowed for a new stack is not done to somebody's that came to be", async () => {
    const { stacks } = await open();
    await deploy(stacks, "services: {web: {image: 'web:1'}}");
    const mine = { ...wish("rover", "services: {evil: {image: 'evil:1'}}"), tags: { owner: "wilma" } };
    await expect(stacks.up(mine, WILMA, { over: null })).rejects.toMatchObject({ code: "E_STACK_CHANGED" });
    const known = await stacks.show("rover");
    await deploy(stacks, "services: {web: {image: 'web:2'}}");
    await expect(stacks.up(mine, WILMA, { over: known })).rejects.toMatchObject({ code: "E_STACK_CHANGED" });
    expect(await stacks.show("rover")).toMatchObject({ owner: "fred", services: [{ name: "web" }] });
    await stacks.close();
  });

  test.skipIf(choice.skip)("a change of a stack that is gone makes no new one", async () => {
    let gone: (() => Promise<void>) | undefined;
    const judge = async ({ spec }: { readonly spec: Parameters<typeof withServiceOf>[0]["spec"] }) => {
      await gone?.();
      return { spec, findings: [] };
    };
    const { stacks } = await open({ judge });
    await deploy(stacks, "services: {web: {image: 'web:1'}}");
    gone = async () => {
      gone = undefined;
      await stacks.ended((await stacks.down("rover", {}, FRED)).id);
    };
    const known = await stacks.show("rover");
    const again = stacks.up(wish("rover", "services: {web: {image: 'web:2'}}"), WILMA, { over: known });
    await expect(again).rejects.toMatchObject({ code: "E_STACK_CHANGED" });
    expect((await stacks.list()).items).toEqual([]);
    await stacks.close();
  });
});
