// Requests for images of the site's own registry: with a pass of the gateway, and with its news.

import { afterEach, beforeEach, expect, test } from "vitest";
import type { OwnImages } from "../registry/own-images.ts";
import type { PullRecord } from "../types.ts";
import { openDesk, type TestDesk, who } from "./testing.ts";

const NAME = { system: "alpha", itype: "docker", tag: "mine/team/app:1" };
const OTHER = { ...NAME, tag: "other/team/app:1" };

let gate: TestDesk;
/** Digest that the tag stands for, when it was pushed, who may view it. */
let there: { digest: string; pushedAt: number; viewers: number[] };
let passes = 0;

beforeEach(async () => {
  gate = await openDesk();
  there = { digest: "sha256:f1", pushedAt: 0, viewers: [500, 501] };
  gate.own = registry();
});
afterEach(() => gate.close());

function registry(): OwnImages {
  return {
    async passFor({ uid, user }, repository) {
      expect(repository).toBe("team/app");
      passes += 1;
      return there.viewers.includes(uid) ? { user, password: `pass ${passes}` } : undefined;
    },
    moved: async (_repository, _tag, digest) => digest !== there.digest,
    pushedSince: async (_repository, _tag, time) => there.pushedAt > time,
  };
}

async function ask(uid: number, name = NAME): Promise<string> {
  const answer = await gate.desk.pull(who(uid), name, {});
  return `${"tags" in answer ? "image" : "pull"} ${answer.status}`;
}

test("the job gets a pass of whom may view it, and nothing else", async () => {
  await gate.desk.pull(who(500, { registries: { mine: { user: "x", password: "own" } } }), NAME, {});
  const pull = await gate.queue.claim({ perUser: 9 });
  expect([...(pull?.registries ?? [])]).toEqual([["mine", { user: "u500", password: `pass ${passes}` }]]);
});

test("who may not view it goes on with the login that he has, if any", async () => {
  await gate.desk.pull(who(600, { registries: { mine: { user: "x", password: "own" } } }), NAME, {});
  const pull = await gate.queue.claim({ perUser: 9 });
  expect([...(pull?.registries ?? [])]).toEqual([["mine", { user: "x", password: "own" }]]);
});

test("other registries get no pass, and have no news", async () => {
  const before = passes;
  await gate.put({ tag: OTHER.tag }, "f2");
  expect(await ask(500, OTHER)).toBe("image READY");
  await gate.desk.pull(who(500), { ...OTHER, tag: "other/team/new:1" }, {});
  expect((await gate.queue.claim({ perUser: 9 }))?.registries.size).toBe(0);
  expect(passes).toBe(before);
});

test("a failure is remembered although each pass is another, until the right or the tag is there", async () => {
  expect(await ask(600)).toBe("pull INIT");
  await gate.fail("not there");
  gate.clock.now += 1;
  expect(await ask(600)).toBe("pull FAILURE");
  there.viewers.push(600);
  expect(await ask(600)).toBe("pull INIT");
  await gate.fail("not there");
  gate.clock.now += 1;
  expect(await ask(600)).toBe("pull FAILURE");
  there.pushedAt = gate.clock.now;
  expect(await ask(600)).toBe("pull INIT");
});

test("a tag that moved starts a pull at once, and only until it was pulled", async () => {
  await ask(500);
  await gate.finish("f1", { digest: "sha256:f1" });
  expect(await ask(500)).toBe("image READY");
  there.digest = "sha256:f2";
  expect(await ask(500)).toBe("pull INIT");
  expect(await ask(501)).toBe("pull PENDING");
  await gate.finish("f2", { digest: "sha256:f2" });
  expect(await ask(501)).toBe("image READY");
});

test("the name of what some only may view is no news to others", async () => {
  const pull = (await gate.desk.pull(who(500), NAME, {})) as PullRecord;
  expect(pull.status).toBe("INIT");
  expect(await gate.desk.queue(who(600), "alpha")).toEqual([]);
});

test("what is asked for by digest never moves", async () => {
  const name = { ...NAME, tag: `mine/team/app@sha256:${"a".repeat(64)}` };
  await gate.put({ tag: name.tag }, "f9");
  expect(await ask(500, name)).toBe("image READY");
});

test("without a registry behind it the location is one as any other", async () => {
  gate.own = undefined;
  await gate.put({ tag: NAME.tag }, "f9");
  expect(await ask(600)).toBe("image READY");
});
