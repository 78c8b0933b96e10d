// Operations and records of stacks over a model of an engine, with both kinds of database.

import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { storeChoices } from "../../../tests/support/stores.ts";
import type { Store } from "../../store/store.ts";
import { fail as engineFail } from "../engine/errors.ts";
import { trimDeployments } from "./stack-records.ts";
import { FRED, ModelDriver, openModelStacks, wish } from "./testing.ts";
import type { Stacks } from "./types.ts";

const WEB = (image: string, more = "") => `services: {web: {image: "${image}"${more}}}`;

async function deploy(stacks: Stacks, name: string, text: string, tags = {}) {
  const answer = await stacks.up(wish(name, text, tags), FRED);
  if (!answer.begun) throw new Error(JSON.stringify(answer.proposal.notes));
  return stacks.ended(answer.deployment.id);
}

describe.each(storeChoices())("stacks in $kind", (choice) => {
  const open = async (said: Parameters<typeof openModelStacks>[2] = {}) => {
    const store = await choice.open();
    const driver = new ModelDriver();
    return { store, driver, stacks: openModelStacks(store, driver, said) };
  };

  test.skipIf(choice.skip)("are deployed, listed, described and taken down", async () => {
    const { stacks, driver } = await open();
    await deploy(stacks, "rover", WEB("a:1", ", ports: ['60007:80']"), { group: "csg" });
    await deploy(stacks, "apollo", WEB("a:1"), { owner: "wilma" });
    expect((await stacks.list()).items.map(({ name, owner }) => [name, owner])).toEqual([
      ["apollo", "wilma"],
      ["rover", "fred"],
    ]);
    const mine = await stacks.list({ eyes: { user: "barney", groups: ["csg"] } });
    expect(mine.items.map(({ name }) => name)).toEqual(["rover"]);
    expect((await stacks.list({ tag: "group:csg" })).items).toHaveLength(1);
    expect((await stacks.list({ text: "POLL" })).items).toHaveLength(1);
    const page = await stacks.list({}, { limit: 1 });
    expect(page.next).toBe("apollo");
    expect((await stacks.list({}, { limit: 1, after: "apollo" })).items.map(({ name }) => name)).toEqual(["rover"]);
    const rover = await stacks.show("rover");
    expect(rover).toMatchObject({ state: "running", services: [{ ports: [{ host: 60_007, container: 80 }] }] });
    await stacks.ended((await stacks.down("rover", {}, FRED)).id);
    expect(driver.engineOf("rover").containers).toEqual([]);
    expect((await stacks.list()).items.map(({ name }) => name)).toEqual(["apollo"]);
    // Whoever has that name next does not see what was.
    await deploy(stacks, "rover", WEB("b:1"));
    expect((await stacks.deployments("rover")).items.map(({ number }) => number)).toEqual([1]);
    await stacks.close();
  });

  test.skipIf(choice.skip)("are found by that they need somebody", async () => {
    const { stacks, driver } = await open();
    for (const name of ["apollo", "gemini", "rover", "viking"]) await deploy(stacks, name, WEB("a:1"));
    const found = async (limit?: number, after?: string) => {
      const { items, next } = await stacks.list({ attention: true }, { limit, after });
      return [items.map(({ name }) => name), next];
    };
    expect(await found()).toEqual([[], undefined]);
    for (const name of ["gemini", "viking"]) driver.engineOf(name).containers.length = 0;
    expect(await found()).toEqual([["gemini", "viking"], undefined]);
    expect(await found(1)).toEqual([["gemini"], "gemini"]);
    expect(await found(1, "gemini")).toEqual([["viking"], undefined]);
    await stacks.close();
  });

  test.skipIf(choice.skip)("are refused with their findings, and nothing is recorded", async () => {
    const finding = { rule: "SVC-08", severity: "error", message: "no", pointer: "", certainty: "certain" } as const;
    const { stacks } = await open({ judge: async ({ spec }) => ({ spec, findings: [finding] }) });
    const answer = await stacks.up(wish("rover", WEB("a:1")), FRED);
    expect(answer).toMatchObject({ begun: false, proposal: { allowed: false, findings: [finding] } });
    const broken = await stacks.up(wish("rover", "services: {web: {imaje: x}}"), FRED);
    expect(broken).toMatchObject({
      begun: false,
      proposal: { notes: expect.arrayContaining([expect.objectContaining({ severity: "error" })]) },
    });
    expect((await stacks.list()).items).toEqual([]);
    await stacks.close();
  });

  test.skipIf(choice.skip)("have one operation at a time, whoever asks and on whichever server", async () => {
    const { store, driver, stacks } = await open();
    const gate = Promise.withResolvers<void>();
    driver.hook = () => gate.promise;
    const first = await stacks.up(wish("rover", WEB("a:1")), FRED);
    const other = openModelStacks(await choice.again(store), driver, { server: "s2" });
    for (const server of [stacks, other])
      await expect(server.down("rover", {}, { uid: 2, user: "wilma" })).rejects.toMatchObject({
        code: "E_STACK_BUSY",
        fields: { user: "fred", kind: "up" },
      });
    expect(await stacks.sleep("rover", "web", "stop", "idle")).toBe(false);
    gate.resolve();
    if (first.begun) expect(await other.ended(first.deployment.id)).toMatchObject({ state: "done" });
    await Promise.all([stacks.close(), other.close()]);
  });

  test.skipIf(choice.skip)("go back to what was when an upgrade fails, and say why", async () => {
    const { driver, stacks } = await open();
    await deploy(stacks, "rover", WEB("a:1"));
    const old = driver.engineOf("rover").containers[0]?.name;
    driver.hook = ({ action, target }) => {
      if (action === "wait-healthy" && target !== old) throw new Error("sick");
    };
    const end = await deploy(stacks, "rover", WEB("a:2"));
    expect(end).toMatchObject({ state: "rolled back", message: expect.stringContaining("sick") });
    expect(await stacks.show("rover")).toMatchObject({ state: "running", services: [{ image: "a:1" }] });
    expect(driver.running("rover")).toEqual({ web: 1 });
    expect((await stacks.deployment(end.id)).state).toBe("rolled back");
    await stacks.close();
  });

  test.skipIf(choice.skip)("stay halfway when that is what their recipe says", async () => {
    const { driver, stacks } = await open();
    await deploy(stacks, "rover", WEB("a:1"));
    driver.hook = ({ action }) => {
      if (action === "wait-healthy") throw new Error("sick");
    };
    const end = await deploy(stacks, "rover", WEB("a:2", ", x-berth: {update: {on-failure: pause}}"));
    expect(end.state).toBe("failed");
    driver.hook = () => {};
    const back = await stacks.rollback("rover", {}, FRED);
    expect(await stacks.ended(back.id)).toMatchObject({ state: "done" });
    expect(await stacks.show("rover")).toMatchObject({ state: "running", services: [{ image: "a:1" }] });
    await stacks.close();
  });

  test.skipIf(choice.skip)("keep a digest until they are upgraded", async () => {
    const { driver, stacks } = await open();
    await deploy(stacks, "rover", WEB("a:1"));
    driver.move("a:1");
    await stacks.ended((await stacks.restart("rover", undefined, FRED)).id);
    await deploy(stacks, "rover", WEB("a:1", ", environment: {A: b}"));
    expect((await stacks.show("rover")).services[0]?.digest).toBe("sha256:a:1#1");
    await stacks.ended((await stacks.upgrade("rover", {}, FRED)).id);
    expect((await stacks.show("rover")).services[0]?.digest).toBe("sha256:a:1#2");
    const kinds = (await stacks.deployments("rover")).items.map(({ kind }) => kind);
    expect(kinds).toEqual(["upgrade", "up", "up"]);
    await stacks.close();
  });

  test.skipIf(choice.skip)("are gone on with by another server when theirs is silent", async () => {
    const { store, driver, stacks } = await open();
    const never = Promise.withResolvers<void>();
    driver.hook = () => never.promise;
    const answer = await stacks.up(wish("rover", WEB("a:1")), FRED);
    const second = new ModelDriver();
    const other = openModelStacks(await choice.again(store), second, { server: "s2", silenceMs: 50 });
    expect(await other.recover()).toBe(0);
    // Only who looks all the time may say that the other showed no life.
    while ((await other.recover()) === 0) await pause(10);
    if (answer.begun) expect(await other.ended(answer.deployment.id)).toMatchObject({ state: "done" });
    expect(second.running("rover")).toEqual({ web: 1 });
    await other.close();
  });

  test.skipIf(choice.skip)(
    "are taken back to the end by the next server when theirs died on the way back",
    async () => {
      const { store, driver, stacks } = await open();
      await deploy(stacks, "rover", WEB("a:1"));
      const old = driver.engineOf("rover").containers[0]?.name;
      const onTheWay = Promise.withResolvers<void>();
      driver.hook = ({ action, target }) => {
        if (action === "wait-healthy" && target !== old) throw new Error("sick");
        if (action !== "stop" || target === old) return undefined;
        onTheWay.resolve();
        return new Promise(() => {});
      };
      const answer = await stacks.up(wish("rover", WEB("a:2", ", x-berth: {update: {start-first: true}}")), FRED);
      await onTheWay.promise;
      driver.hook = () => {};
      const other = openModelStacks(await choice.again(store), driver, { server: "s2", silenceMs: 50 });
      while ((await other.recover()) === 0) await pause(10);
      if (answer.begun)
        expect(await other.ended(answer.deployment.id)).toMatchObject({
          state: "rolled back",
          message: expect.stringContaining("sick"),
        });
      expect(driver.running("rover")).toEqual({ web: 1 });
      expect(driver.engineOf("rover").containers.map(({ name }) => name)).toEqual([old]);
      await other.close();
    },
  );

  test.skipIf(choice.skip)("go on when the engine is back", async () => {
    const { driver, stacks } = await open();
    let away = true;
    driver.alive = async () => !away;
    driver.hook = () => {
      if (away) throw engineFail("E_ENGINE_GONE", { address: "here", action: "create" });
    };
    const answer = await stacks.up(wish("rover", WEB("a:1")), FRED);
    setTimeout(() => {
      away = false;
    }, 600);
    if (answer.begun) expect(await stacks.ended(answer.deployment.id)).toMatchObject({ state: "done" });
    expect(driver.running("rover")).toEqual({ web: 1 });
    await stacks.close();
  });

  test.skipIf(choice.skip)("are rolled back only to what today's rules allow", async () => {
    const finding = {
      rule: "IMG-01",
      severity: "error",
      message: "not this one",
      pointer: "",
      certainty: "certain",
    } as const;
    let strict = false;
    const { stacks } = await open({
      judge: async ({ spec }) => ({ spec, findings: strict && spec.services[0]?.image === "a:1" ? [finding] : [] }),
    });
    await deploy(stacks, "rover", WEB("a:1"));
    await deploy(stacks, "rover", WEB("a:2"));
    strict = true;
    await expect(stacks.rollback("rover", {}, FRED)).rejects.toMatchObject({ code: "E_STACK_REFUSED" });
    await expect(stacks.rollback("rover", { to: 9 }, FRED)).rejects.toMatchObject({ code: "E_STACK_NO_DEPLOYMENT" });
    strict = false;
    const { id } = await stacks.rollback("rover", { to: 1 }, FRED);
    expect(await stacks.ended(id)).toMatchObject({ state: "done" });
    expect((await stacks.show("rover")).services[0]?.image).toBe("a:1");
    await stacks.close();
  });

  test.skipIf(choice.skip)("are judged once more by the builds that they get, before anything changes", async () => {
    const finding = {
      rule: "VOL-10",
      severity: "error",
      message: "as 2000",
      pointer: "",
      certainty: "certain",
    } as const;
    const { driver, stacks } = await open({
      judge: async ({ spec, images }) => ({
        spec,
        findings: images.get("web")?.digest.endsWith("#2") ? [finding] : [],
      }),
    });
    await deploy(stacks, "rover", WEB("a:1"));
    driver.move("a:1");
    const { id } = await stacks.upgrade("rover", {}, FRED);
    expect(await stacks.ended(id)).toMatchObject({ state: "failed", message: expect.stringContaining("as 2000") });
    expect((await stacks.show("rover")).services[0]?.digest).toBe("sha256:a:1#1");
    expect(driver.running("rover")).toEqual({ web: 1 });
    await stacks.close();
  });

  test.skipIf(choice.skip)("are deployed as they were judged, and only over what they were judged over", async () => {
    const elvis = { uid: 2, user: "elvis" };
    const judging = Promise.withResolvers<void>();
    const { stacks } = await open({
      judge: async ({ spec, by }) => {
        if (by.user === "elvis") await judging.promise;
        return { spec: { ...spec, title: "as judged" }, findings: [] };
      },
    });
    const late = stacks.up({ ...wish("rover", WEB("b:1")), tags: { owner: "elvis" } }, elvis);
    await deploy(stacks, "rover", WEB("a:1"));
    judging.resolve();
    await expect(late).rejects.toMatchObject({ code: "E_STACK_CHANGED" });
    expect(await stacks.show("rover")).toMatchObject({ owner: "fred", title: "as judged" });
    await stacks.close();
  });

  test.skipIf(choice.skip)("wake with what they depend on, unless somebody stopped it", async () => {
    const { driver, stacks } = await open();
    const text = "services: {app: {image: a, depends_on: [db]}, db: {image: b}}";
    await deploy(stacks, "rover", text);
    await stacks.sleep("rover", "app", "stop", "idle");
    await stacks.sleep("rover", "db", "pause", "idle");
    expect(await stacks.show("rover")).toMatchObject({ state: "asleep" });
    driver.done.length = 0;
    await Promise.all([stacks.wake("rover", "app"), stacks.wake("rover", "app")]);
    expect(driver.done).toEqual(["start db", "start app"]);
    await stacks.ended((await stacks.stop("rover", "app", FRED)).id);
    await expect(stacks.wake("rover", "app")).rejects.toMatchObject({ code: "E_STACK_ASLEEP" });
    await stacks.close();
  });

  test.skipIf(choice.skip)("tell those who follow every step to the end, also when they come late", async () => {
    const { stacks } = await open();
    const answer = await stacks.up(wish("rover", WEB("a:1")), FRED);
    if (!answer.begun) throw new Error("refused");
    const told = async () => {
      const steps: string[] = [];
      for await (const one of stacks.follow(answer.deployment.id, AbortSignal.timeout(10_000))) {
        if (one.kind === "step" && one.report.state === "done") steps.push(one.report.step.action);
        if (one.kind === "end") steps.push(one.operation.state);
      }
      return steps;
    };
    const live = await told();
    expect(live).toEqual(["create-network", "create", "start", "wait-healthy", "done"]);
    expect(await told()).toEqual(live);
    await stacks.close();
  });

  test.skipIf(choice.skip)("forget old deployments, but not those that count", async () => {
    const { store, stacks } = await open();
    for (const image of ["a:1", "a:2", "a:3", "a:4"]) await deploy(stacks, "rover", WEB(image));
    await stacks.ended((await stacks.rollback("rover", { to: 1 }, FRED)).id);
    await trimDeployments(store.db, 2);
    expect((await stacks.deployments("rover")).items.map(({ number }) => number)).toEqual([5, 4]);
    await trimDeployments(store.db, 0);
    expect((await stacks.deployments("rover")).items.map(({ number }) => number)).toEqual([5]);
    await stacks.close();
  });

  test.skipIf(choice.skip)("number ten thousand and are listed page by page", async () => {
    const { store, stacks } = await open();
    await deploy(stacks, "rover", WEB("a:1", ", ports: ['60007:80']"));
    await multiply(store, 10_000);
    const page = await stacks.list({}, { limit: 100, after: "s5" });
    expect(page.items).toHaveLength(100);
    expect((await stacks.list({ owner: "fred" }, { limit: 1000 })).items).toHaveLength(1000);
    await stacks.close();
  });
});

async function multiply(store: Store, count: number): Promise<void> {
  const row = await store.db.selectFrom("stacks").selectAll().where("name", "=", "rover").executeTakeFirstOrThrow();
  const rows = Array.from({ length: count }, (_, index) => ({ ...row, name: `s${index}` }));
  await store.transaction(async (trx) => {
    for (let at = 0; at < rows.length; at += 1000)
      await trx
        .insertInto("stacks")
        .values(rows.slice(at, at + 1000))
        .execute();
  });
}
