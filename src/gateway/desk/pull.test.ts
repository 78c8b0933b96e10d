// Requests for images over a real catalog and queue (spec/shifter.md 1.5, 1.7, 10.6).

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ImageName, ImageRecord, PullRecord } from "../types.ts";
import { openDesk, type TestDesk, who } from "./testing.ts";

const LOGIN = { user: "somebody", password: "secret" };
const OTHER_LOGIN = { user: "somebody", password: "better" };
const NAME = docker("site/tool:1");
const PRIVATE = { private: true } as const;

let gate: TestDesk;
beforeEach(async () => {
  gate = await openDesk();
});
afterEach(() => gate.close());

function docker(tag: string, system = "alpha"): ImageName {
  return { system, itype: "docker", tag };
}

function statusOf(answer: ImageRecord | PullRecord): string {
  return `${"tags" in answer ? "image" : "pull"} ${answer.status}`;
}

async function ask(uid: number, name = NAME, acl: Parameters<TestDesk["desk"]["pull"]>[2] = {}): Promise<string> {
  return statusOf(await gate.desk.pull(who(uid), name, acl));
}

test("an anonymous request starts nothing (case 141)", async () => {
  await expect(gate.desk.pull(undefined, NAME, {})).rejects.toMatchObject({ code: "E_GATEWAY_WHO", http: 401 });
  await expect(gate.desk.queue(undefined, "alpha")).rejects.toMatchObject({ http: 401 });
});

test("an unknown system is refused at once, not by a worker (1.5)", async () => {
  await expect(gate.desk.pull(who(500), docker("a:1", "gamma"), {})).rejects.toMatchObject({
    code: "E_GATEWAY_NO_SYSTEM",
    http: 404,
  });
});

test("lists are answered with the caller's own number (case 103)", async () => {
  const answer = await gate.desk.pull(who(500), NAME, { users: [1000, 1001], groups: [1002, 1003] });
  expect(answer).toMatchObject({ users: [500, 1000, 1001], groups: [500, 1002, 1003] });
});

describe("the same name again", () => {
  test("is the same request while it is under way, with other lists too (case 117)", async () => {
    const first = (await gate.desk.pull(who(500), NAME, {})) as PullRecord;
    expect(first.status).toBe("INIT");
    const second = (await gate.desk.pull(who(500), NAME, { users: [7] })) as PullRecord;
    expect(second).toMatchObject({ id: first.id, status: "PENDING", users: [] });
  });

  test("is READY when fresh, INIT when old, and the old image stays usable meanwhile (cases 117, 118)", async () => {
    await ask(500);
    await gate.finish("f1");
    expect(await ask(500)).toBe("image READY");
    gate.clock.pass(299);
    expect(await ask(501)).toBe("image READY");
    gate.clock.pass(2);
    expect(await ask(501)).toBe("pull INIT");
    expect(await ask(500)).toBe("pull PENDING");
    expect((await gate.desk.lookup(undefined, NAME)).id).toBe("f1");
  });

  test("with other lists of the owner is INIT from ten seconds on; in another order READY (cases 118, 125)", async () => {
    await ask(500, NAME, { users: [7, 8] });
    await gate.finish("f1", PRIVATE);
    expect(await ask(500, NAME, { users: [9] })).toBe("image READY");
    gate.clock.pass(11);
    expect(await ask(500, NAME, { users: [8, 7] })).toBe("image READY");
    expect(await ask(500)).toBe("image READY");
    expect(await ask(7, NAME, { users: [99] })).toBe("image READY");
    expect(await ask(500, NAME, { users: [9] })).toBe("pull INIT");
    const image = await gate.finish("f1", { ...PRIVATE, file: undefined });
    expect(image.users).toEqual([9, 500]);
  });

  test("with lists for a public image changes nothing (case 124)", async () => {
    await ask(500, NAME, { users: [7] });
    expect((await gate.finish("f1")).users).toEqual([]);
    gate.clock.pass(11);
    expect(await ask(500, NAME, { users: [7] })).toBe("image READY");
  });

  test("of one list leaves the other as it is", async () => {
    await ask(500, NAME, { users: [7], groups: [70] });
    await gate.finish("f1", PRIVATE);
    gate.clock.pass(11);
    const answer = await gate.desk.pull(who(500), NAME, { users: [9] });
    expect(answer).toMatchObject({ users: [9, 500], groups: [70, 500] });
  });
});

describe("a failure", () => {
  test("is told again to the same person for a while, with its reason (1.5)", async () => {
    await ask(500);
    await gate.fail("there is no such tag");
    gate.clock.pass(299);
    expect(await gate.desk.pull(who(500), NAME, {})).toMatchObject({
      status: "FAILURE",
      statusMessage: "there is no such tag",
    });
    gate.clock.pass(2);
    expect(await ask(500)).toBe("pull INIT");
  });

  test("of one person does not keep another from trying, and stays his own (1.5)", async () => {
    await ask(500);
    await gate.fail("denied");
    expect(await ask(501)).toBe("pull INIT");
    await gate.fail("denied too");
    expect(await gate.desk.pull(who(500), NAME, {})).toMatchObject({ statusMessage: "denied" });
    expect(await gate.desk.pull(who(501), NAME, {})).toMatchObject({ statusMessage: "denied too" });
  });

  test("does not count for other credentials", async () => {
    const wrong = who(500, { registries: { default: LOGIN } });
    await gate.desk.pull(wrong, NAME, {});
    await gate.fail("denied");
    expect(statusOf(await gate.desk.pull(wrong, NAME, {}))).toBe("pull FAILURE");
    const right = who(500, { registries: { hub: OTHER_LOGIN } });
    expect(statusOf(await gate.desk.pull(right, NAME, {}))).toBe("pull INIT");
  });

  test("that was a cancelling does not count", async () => {
    const { id } = (await gate.desk.pull(who(500), NAME, {})) as PullRecord;
    expect((await gate.desk.cancelPull(who(500), id)).status).toBe("FAILURE");
    await expect(gate.desk.cancelPull(who(500), id)).rejects.toMatchObject({ code: "E_GATEWAY_ENDED", http: 409 });
    expect(await ask(500)).toBe("pull INIT");
  });
});

describe("credentials", () => {
  async function kept(tag: string, registries: Readonly<Record<string, typeof LOGIN>>) {
    await gate.desk.pull(who(500, { registries }), docker(tag), {});
    const claimed = await gate.queue.claim({ perUser: 9 });
    return Object.fromEntries(claimed?.registries ?? []);
  }

  test("called default are for the default location only (1.2)", async () => {
    expect(await kept("site/tool:1", { default: LOGIN })).toEqual({ hub: LOGIN });
    expect(await kept("other/tool:1", { default: LOGIN })).toEqual({});
  });

  test("for other registries are not kept", async () => {
    expect(await kept("other/tool:1", { default: LOGIN, hub: LOGIN, other: OTHER_LOGIN })).toEqual({
      other: OTHER_LOGIN,
    });
  });
});

describe("a private image", () => {
  test("is as if it were not there for another, who gets it with a login of his own", async () => {
    await ask(500);
    await gate.finish("f1", PRIVATE);
    expect(await ask(600)).toBe("pull INIT");
    await gate.fail("denied");
    expect(await ask(600)).toBe("pull FAILURE");
    gate.clock.pass(301);
    expect(await ask(600)).toBe("pull INIT");
    const image = await gate.finish("f1", { ...PRIVATE, file: undefined });
    expect(image).toMatchObject({ owner: { uid: 500 }, users: [500] });
    expect(await ask(600)).toBe("image READY");
    expect((await gate.desk.lookup(who(600), NAME)).id).toBe("f1");
    await expect(gate.desk.lookup(who(601), NAME)).rejects.toMatchObject({ code: "E_GATEWAY_NO_IMAGE" });
  });

  test("under way shows another who asks for it nothing of its owner", async () => {
    const login = { registries: { hub: LOGIN } };
    const mine = (await gate.desk.pull(who(500, login), NAME, { users: [7] })) as PullRecord;
    const theirs = (await gate.desk.pull(who(600), NAME, {})) as PullRecord;
    expect(theirs).toMatchObject({ id: mine.id, owner: undefined, users: [], groups: [] });
    await gate.fail("denied for somebody");
    expect((await gate.desk.findPull(who(600), mine.id)).statusMessage).not.toContain("somebody");
    expect((await gate.desk.findPull(who(500), mine.id)).statusMessage).toBe("denied for somebody");
  });
});

describe("the queue", () => {
  test("shows one's own, what one is listed for and what is public; everything to those who look after it", async () => {
    const login = { registries: { hub: LOGIN } };
    await gate.put({ tag: "known:1" }, "f0");
    gate.clock.pass(301);
    await gate.desk.pull(who(500), docker("open:1"), {});
    gate.clock.pass(1);
    await gate.desk.pull(who(500, login), docker("secret:1"), {});
    gate.clock.pass(1);
    await gate.desk.pull(who(500, login), docker("shared:1"), { users: [700] });
    gate.clock.pass(1);
    await gate.desk.pull(who(500, login), docker("known:1"), {});
    const seen = async (uid: number) => (await gate.desk.queue(who(uid), "alpha")).map(({ tag }) => tag);
    expect(await seen(500)).toEqual(["open:1", "secret:1", "shared:1", "known:1"]);
    expect(await seen(600)).toEqual(["open:1", "known:1"]);
    expect(await seen(700)).toEqual(["open:1", "shared:1", "known:1"]);
    expect(await seen(0)).toHaveLength(4);
    expect(await seen(1)).toHaveLength(4);
    await expect(gate.desk.queue(who(500), "gamma")).rejects.toMatchObject({ http: 404 });
  });
});

describe("limits", () => {
  test("of images and bytes are told with use and limit", async () => {
    await gate.put({ tag: "a:1" }, "f1");
    await gate.desk.setQuota(who(0), { kind: "user", number: 500 }, { bytes: null, images: 1 });
    await expect(gate.desk.pull(who(500), docker("b:1"), {})).rejects.toMatchObject({
      code: "E_GATEWAY_QUOTA_IMAGES",
      http: 403,
      message: "the user u500 has 1 images on this gateway of 1 allowed",
    });
    await gate.desk.setQuota(who(0), { kind: "user", number: 500 }, { bytes: null, images: null });
    await gate.desk.setQuota(who(0), { kind: "group", number: 500 }, { bytes: 100, images: null });
    await expect(gate.desk.pull(who(500), docker("b:1"), {})).rejects.toMatchObject({
      code: "E_GATEWAY_QUOTA_BYTES",
      message: "the images of the group u500 on this gateway take 100 bytes of 100 allowed",
    });
    expect(await ask(501, docker("b:1"))).toBe("pull INIT");
  });

  test("do not keep anybody from an image that is there", async () => {
    await gate.put({ tag: NAME.tag, owner: { uid: 1, gid: 1, user: "x" } }, "f1");
    await gate.desk.setQuota(who(0), { kind: "user", number: 500 }, { bytes: 0, images: 0 });
    gate.clock.pass(301);
    expect(await ask(500)).toBe("image READY");
  });

  test("hold for what waits: of one person, and of all", async () => {
    await gate.close();
    gate = await openDesk({ perUser: 2, total: 3 });
    for (const tag of ["a:1", "b:1"]) await ask(500, docker(tag));
    await expect(ask(500, docker("c:1"))).rejects.toMatchObject({ code: "E_GATEWAY_QUEUE_USER", http: 429 });
    await ask(501, docker("c:1"));
    await expect(ask(502, docker("d:1"))).rejects.toMatchObject({ code: "E_GATEWAY_QUEUE_FULL", http: 429 });
    expect(await ask(502, docker("a:1"))).toBe("pull PENDING");
  });
});

test("two names at once are two requests (case 119); one name on two systems too (case 123)", async () => {
  const ids = new Set<string>();
  for (const name of [docker("a:1"), docker("b:1"), docker("a:1", "beta")]) {
    ids.add(((await gate.desk.pull(who(500), name, {})) as PullRecord).id);
  }
  expect(ids.size).toBe(3);
});

test("a token without the scope pulls nothing", async () => {
  const reader = who(500, { scopes: ["read"] });
  await expect(gate.desk.pull(reader, NAME, {})).rejects.toMatchObject({ code: "E_GATEWAY_SCOPE", http: 403 });
  expect(statusOf(await gate.desk.pull(who(500, { scopes: ["manage"] }), NAME, {}))).toBe("pull INIT");
});
