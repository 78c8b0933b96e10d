// What people may do with images that are there, over a real catalog and queue (spec/shifter.md 1.3, 1.6, 1.7, 10.6).

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ImageName, PinFilter, PullRecord } from "../types.ts";
import { openDesk, type TestDesk, who } from "./testing.ts";

const PRIVATE = { private: true } as const;
const NAME = docker("a:1");

let gate: TestDesk;
beforeEach(async () => {
  gate = await openDesk();
});
afterEach(() => gate.close());

function docker(tag: string, system = "alpha"): ImageName {
  return { system, itype: "docker", tag };
}

function custom(tag: string): ImageName {
  return { system: "alpha", itype: "custom", tag };
}

const FILE = { path: "/home/u500/x.squashfs", format: "squashfs" };

describe("lookup", () => {
  test("finds what a pull made; another name is 404 (case 106)", async () => {
    await gate.put({ tag: "a:1" }, "f1");
    expect((await gate.desk.lookup(undefined, NAME)).id).toBe("f1");
    await expect(gate.desk.lookup(who(500), docker("bogus:1"))).rejects.toMatchObject({ http: 404 });
    const elsewhere = gate.desk.lookup(who(500), docker("a:1", "gamma"));
    await expect(elsewhere).rejects.toMatchObject({ code: "E_GATEWAY_NO_SYSTEM", http: 404 });
  });

  test("adds the default tag for every type (1.3: custom's trap)", async () => {
    await gate.put({ tag: "foo:latest", kind: "import", itype: "custom" }, "f1");
    await gate.put({ tag: "foo:latest" }, "f2");
    expect((await gate.desk.lookup(who(7), custom("foo"))).id).toBe("f1");
    expect((await gate.desk.lookup(who(7), docker("foo"))).id).toBe("f2");
  });

  test("sets the end of life and is remembered; a failed one is not (cases 107, 111, 112)", async () => {
    const image = await gate.put({ tag: "a:1" }, "f1");
    gate.clock.pass(1000);
    await gate.desk.lookup(who(7), NAME);
    await gate.desk.lookup(undefined, NAME);
    await expect(gate.desk.lookup(who(7), docker("b:1"))).rejects.toThrow();
    const lookups = await gate.desk.lookups(who(0), "alpha", 10);
    expect(lookups).toEqual([
      { user: "u7", uid: 7, system: "alpha", itype: "docker", tag: "a:1", id: "f1", time: gate.clock.now },
    ]);
    expect((await gate.catalog.byId("alpha", "f1"))?.expires).toBe((image.expires ?? 0) + 1000);
    expect(await gate.desk.lookups(who(7), "alpha", 10)).toEqual([]);
    expect(await gate.desk.lookups(undefined, "alpha", 10)).toEqual([]);
  });

  test("refuses strangers the same way as there were nothing, administrators too", async () => {
    await gate.put({ tag: "a:1", users: [500, 7], groups: [70] }, "f1", PRIVATE);
    const answers = [who(600), who(0), undefined].map((asking) => gate.desk.lookup(asking, NAME));
    for (const answer of answers) await expect(answer).rejects.toMatchObject({ code: "E_GATEWAY_NO_IMAGE" });
    const nothing = await gate.desk.lookup(who(600), docker("nothing:1")).catch((error: Error) => error.message);
    const refused = await gate.desk.lookup(who(600), NAME).catch((error: Error) => error.message);
    expect(refused).toBe(String(nothing).replace("nothing:1", "a:1"));
    for (const asking of [who(500), who(7), who(8, { gids: [70] })]) {
      expect((await gate.desk.lookup(asking, NAME)).id).toBe("f1");
    }
    expect((await gate.desk.lookup(who(0), NAME, { all: true })).id).toBe("f1");
    await expect(gate.desk.lookup(who(600), NAME, { all: true })).rejects.toMatchObject({ http: 404 });
  });

  test("needs to know who asks where the site wants that", async () => {
    await gate.put({ tag: "a:1" }, "f1");
    gate.config = { ...gate.config, anonymous: false };
    await expect(gate.desk.lookup(undefined, NAME)).rejects.toMatchObject({ code: "E_GATEWAY_WHO", http: 401 });
    await expect(gate.desk.list(undefined, { system: "alpha" })).rejects.toMatchObject({ http: 401 });
    expect((await gate.desk.lookup(who(7), NAME)).id).toBe("f1");
  });
});

describe("list", () => {
  test("of a known system is what one may read; of an unknown one 404 (case 104)", async () => {
    await gate.put({ tag: "a:1" }, "f1");
    await gate.put({ tag: "b:1" }, "f2", PRIVATE);
    const ids = async (asking: Parameters<TestDesk["desk"]["list"]>[0], more = {}) =>
      (await gate.desk.list(asking, { system: "alpha", ...more })).items.map(({ id }) => id);
    expect(await ids(undefined)).toEqual(["f1"]);
    expect(await ids(who(500))).toEqual(["f1", "f2"]);
    expect(await ids(who(0))).toEqual(["f1"]);
    expect(await ids(who(0), { all: true })).toEqual(["f1", "f2"]);
    expect(await ids(who(600), { all: true })).toEqual(["f1"]);
    const held = await gate.put({ tag: "c:1" }, "f3");
    await gate.catalog.setStatus(held.key, "QUARANTINED", "a virus");
    expect(await ids(who(1), { all: true })).toEqual(["f1", "f2", "f3"]);
    expect(await ids(who(500), { all: true })).toEqual(["f1", "f2"]);
    expect(await ids(who(500), { mine: true, match: "b:" })).toEqual(["f2"]);
    await expect(ids(undefined, { mine: true })).rejects.toMatchObject({ http: 401 });
    await expect(gate.desk.list(who(7), { system: "gamma" })).rejects.toMatchObject({ code: "E_GATEWAY_NO_SYSTEM" });
  });
});

describe("expire", () => {
  test("is true for an administrator, false for a user, null when there is no such image (case 108)", async () => {
    await gate.put({ tag: "a:1" }, "f1");
    expect(await gate.desk.expire(who(600), NAME)).toBe(false);
    expect(await gate.desk.expire(undefined, NAME)).toBe(false);
    expect(await gate.desk.expire(who(600), docker("bogus:1"))).toBe(false);
    expect(await gate.desk.expire(who(0), docker("bogus:1"))).toBe(null);
    expect(await gate.desk.expire(who(0), NAME)).toBe(true);
    await gate.desk.settled();
    expect(gate.files.log).toEqual(["removed alpha f1"]);
    expect((await gate.catalog.byId("alpha", "f1"))?.status).toBe("EXPIRED");
    expect(await gate.desk.expire(who(0), NAME)).toBe(true);
    expect(gate.files.log).toHaveLength(1);
  });

  test("is no business of people whose names are part of an administrator's (1.7)", async () => {
    await gate.put({ tag: "a:1" }, "f1");
    expect(await gate.desk.expire({ ...who(600), user: "r" }, NAME)).toBe(false);
    expect(await gate.desk.expire({ ...who(600), user: "oo" }, NAME)).toBe(false);
  });

  test("leaves what a job needs", async () => {
    await gate.put({ tag: "a:1" }, "f1");
    await gate.desk.pin(who(1), NAME, "job:1", null);
    await expect(gate.desk.expire(who(0), NAME)).rejects.toMatchObject({
      code: "E_GATEWAY_PINNED",
      http: 409,
      message: "a:1 is needed by job:1".replace("a:1", "docker:a:1"),
    });
    await gate.desk.unpin(who(1), NAME, "job:1");
    expect(await gate.desk.expire(who(0), NAME)).toBe(true);
  });

  test("is allowed to an administrator's token with that scope only", async () => {
    await gate.put({ tag: "a:1" }, "f1");
    expect(await gate.desk.expire(who(0, { scopes: ["manage"] }), NAME)).toBe(false);
    expect(await gate.desk.expire(who(0, { scopes: ["admin"] }), NAME)).toBe(true);
  });
});

describe("autoexpire", () => {
  test("removes what is overdue, on its own system (cases 109, 110)", async () => {
    await gate.put({ tag: "old:1" }, "f1");
    await gate.put({ tag: "old:1", system: "beta" }, "f2");
    gate.clock.pass(86_401);
    await gate.put({ tag: "new:1" }, "f3");
    expect(await gate.desk.autoexpire(who(600), "alpha")).toBe(false);
    expect(await gate.desk.autoexpire(who(0), "alpha")).toEqual(["f1"]);
    await gate.desk.settled();
    expect(gate.files.log).toEqual(["removed alpha f1"]);
    expect((await gate.catalog.byId("alpha", "f1"))?.status).toBe("EXPIRED");
    expect((await gate.catalog.byId("beta", "f2"))?.status).toBe("READY");
  });

  test("ends requests that nobody works on, and no others (case 110; 1.6)", async () => {
    await gate.desk.pull(who(500), docker("stuck:1"), {});
    gate.clock.pass(3601);
    await gate.desk.pull(who(500), docker("young:1"), {});
    await gate.desk.autoexpire(who(0), "alpha");
    expect((await gate.desk.queue(who(0), "alpha")).map(({ tag }) => tag)).toEqual(["young:1"]);
  });

  test("leaves an image that is being pulled again", async () => {
    await gate.put({ tag: "a:1" }, "f1");
    gate.clock.pass(86_401);
    await gate.desk.pull(who(500), NAME, {});
    expect(await gate.desk.autoexpire(who(0), "alpha")).toEqual([]);
  });
});

describe("removal of one's own images", () => {
  test("is for the owner; others learn no more than they may read", async () => {
    await gate.put({ tag: "a:1", users: [500, 7] }, "f1", PRIVATE);
    await expect(gate.desk.remove(who(600), NAME)).rejects.toMatchObject({ code: "E_GATEWAY_NO_IMAGE" });
    await expect(gate.desk.remove(who(7), NAME)).rejects.toMatchObject({ code: "E_GATEWAY_OWNER", http: 403 });
    await gate.desk.remove(who(500), NAME);
    await gate.desk.settled();
    expect(gate.files.log).toEqual(["removed alpha f1"]);
    await expect(gate.desk.lookup(who(500), NAME)).rejects.toMatchObject({ http: 404 });
  });

  test("takes only the name when others have given the image one", async () => {
    await gate.put({ tag: "a:1" }, "f1");
    await gate.put({ tag: "b:1", owner: { uid: 600, gid: 600, user: "u600" } }, "f1");
    await gate.desk.remove(who(500), NAME);
    await expect(gate.desk.lookup(who(500), NAME)).rejects.toMatchObject({ http: 404 });
    expect((await gate.desk.lookup(who(600), docker("b:1"))).id).toBe("f1");
    expect(gate.files.log).toEqual([]);
  });
});

describe("lists of readers", () => {
  test("are changed by the owner and by administrators, and the files follow", async () => {
    await gate.put({ tag: "a:1", users: [500, 7] }, "f1", PRIVATE);
    await expect(gate.desk.setAcl(who(7), NAME, { users: [8] })).rejects.toMatchObject({ code: "E_GATEWAY_OWNER" });
    await expect(gate.desk.setAcl(who(9), NAME, { users: [9] })).rejects.toMatchObject({ code: "E_GATEWAY_NO_IMAGE" });
    expect(await gate.desk.setAcl(who(500), NAME, { users: [8] })).toMatchObject({ users: [8] });
    expect(gate.files.lists.get("f1")).toEqual({ private: true, users: [8, 500], groups: [] });
    await expect(gate.desk.lookup(who(7), NAME)).rejects.toMatchObject({ http: 404 });
    expect((await gate.desk.lookup(who(8), NAME)).id).toBe("f1");
    await gate.desk.setAcl(who(0), NAME, { groups: [70] });
    expect(gate.files.lists.get("f1")).toEqual({ private: true, users: [8, 500], groups: [70] });
  });

  test("that are emptied leave a private image to its owner", async () => {
    await gate.put({ tag: "a:1", users: [500, 7] }, "f1", PRIVATE);
    await gate.desk.setAcl(who(500), NAME, { users: [], groups: [] });
    await expect(gate.desk.lookup(who(7), NAME)).rejects.toMatchObject({ http: 404 });
  });

  test("have no meaning for a public image, and bounds", async () => {
    await gate.put({ tag: "a:1" }, "f1");
    await expect(gate.desk.setAcl(who(500), NAME, { users: [8] })).rejects.toMatchObject({ code: "E_GATEWAY_PUBLIC" });
    for (const users of [[-1], [1.5], Array.from({ length: 901 }, (_, i) => i)]) {
      await expect(gate.desk.setAcl(who(500), NAME, { users })).rejects.toMatchObject({
        code: "E_GATEWAY_ACL",
        http: 400,
      });
    }
  });
});

describe("an import", () => {
  test("is queued for those whom the site lets, with their lists (cases 113, 114)", async () => {
    const request = await gate.desk.importFile(who(500), custom("load"), FILE, { users: [7] });
    expect(request).toMatchObject({
      kind: "import",
      tag: "load:latest",
      status: "INIT",
      users: [7, 500],
      importFrom: FILE,
    });
    const again = await gate.desk.importFile(who(500), custom("load"), FILE, { users: [7] });
    expect(again.id).toBe(request.id);
    await expect(gate.desk.importFile(who(600), custom("load"), FILE, {})).rejects.toMatchObject({
      code: "E_GATEWAY_UNDER_WAY",
      http: 409,
    });
  });

  test.each([
    ["nobody", "none", "E_GATEWAY_IMPORT_OFF"],
    ["others", ["u60", "u5000"], "E_GATEWAY_IMPORT_USER"],
  ] as const)("is refused where it is for %s (case 114)", async (_title, imports, code) => {
    gate.config = { ...gate.config, imports };
    await expect(gate.desk.importFile(who(500), custom("a"), FILE, {})).rejects.toMatchObject({ code, http: 403 });
  });

  test("does not take a name from somebody else, nor one of a registry", async () => {
    await gate.put({ tag: "mine:1", kind: "import", itype: "custom" }, "f1");
    const taken = gate.desk.importFile(who(600), custom("mine:1"), FILE, {});
    await expect(taken).rejects.toMatchObject({ code: "E_GATEWAY_NAME_TAKEN", http: 409 });
    const registry = gate.desk.importFile(who(600), docker("mine:1"), FILE, {});
    await expect(registry).rejects.toMatchObject({ code: "E_GATEWAY_TYPE", http: 400 });
    expect((await gate.desk.importFile(who(500), custom("mine:1"), FILE, {})).status).toBe("INIT");
  });

  test("wants an absolute path and a format it knows", async () => {
    for (const path of ["x.squashfs", "", "/a\0b", `/${"x".repeat(5000)}`]) {
      const asked = gate.desk.importFile(who(500), custom("a"), { ...FILE, path }, {});
      await expect(asked).rejects.toMatchObject({ code: "E_GATEWAY_IMPORT_PATH", http: 400 });
    }
    const asked = gate.desk.importFile(who(500), custom("a"), { ...FILE, format: "ext2" }, {});
    await expect(asked).rejects.toMatchObject({ code: "E_GATEWAY_FORMAT", http: 400 });
  });

  test("is not what a pull of that name starts", async () => {
    await expect(gate.desk.pull(who(500), custom("a"), {})).rejects.toMatchObject({ code: "E_GATEWAY_PULL_TYPE" });
    await gate.put({ tag: "a:latest", kind: "import", itype: "custom" }, "f1");
    gate.clock.pass(1000);
    expect((await gate.desk.pull(who(500), custom("a"), {})).status).toBe("READY");
  });
});

describe("quarantine", () => {
  test("is not what a pull is told again once staff have released the image", async () => {
    const pull = (await gate.desk.pull(who(500), NAME, {})) as PullRecord;
    await gate.catalog.record({ ...pull, status: "EXAMINATION" }, made("f1"), 100, "QUARANTINED", "holds a key");
    gate.clock.pass(1);
    await gate.fail("holds a key");
    expect((await gate.desk.pull(who(500), NAME, {})).status).toBe("FAILURE");
    gate.clock.pass(1);
    await gate.desk.release(who(1), NAME, "a test key");
    expect(await gate.desk.pull(who(500), NAME, {})).toMatchObject({ id: "f1", status: "READY" });
  });

  test("is ended by those who look after the system, and the next pull accepts the digest", async () => {
    const pull = (await gate.desk.pull(who(500), NAME, {})) as PullRecord;
    await gate.catalog.record({ ...pull, status: "EXAMINATION" }, made("f1"), 100, "QUARANTINED", "holds a key");
    await expect(gate.desk.lookup(who(500), NAME)).rejects.toMatchObject({ http: 404 });
    await expect(gate.desk.release(who(500), NAME, "mine")).rejects.toMatchObject({
      code: "E_GATEWAY_ADMIN",
      http: 403,
    });
    expect(await gate.desk.release(who(1), NAME, "a test key")).toMatchObject({ status: "READY" });
    expect((await gate.desk.lookup(who(500), NAME)).id).toBe("f1");
    expect(gate.files.log).toEqual(["republished alpha f1"]);
    expect(await gate.catalog.verdicts("sha256:f1")).toMatchObject([{ judge: "staff", verdict: "accepted" }]);
    await expect(gate.desk.release(who(1), NAME, "")).rejects.toMatchObject({ code: "E_GATEWAY_NOT_QUARANTINED" });
    await expect(gate.desk.release(who(1), docker("b:1"), "")).rejects.toMatchObject({ code: "E_GATEWAY_NO_IMAGE" });
  });
});

describe("pins", () => {
  test("of those who only read end by themselves, and are theirs to take away", async () => {
    await gate.put({ tag: "a:1", owner: { uid: 500, gid: 500, user: "u500" } }, "f1");
    const image = await gate.catalog.find(NAME);
    await gate.desk.pin(who(7), NAME, "job:1", null);
    expect(await gate.catalog.pins(image?.key ?? 0)).toEqual([
      { holder: "job:1", uid: 7, until: gate.clock.now + 86_400 },
    ]);
    await expect(gate.desk.pin(who(8), NAME, "job:1", null)).rejects.toMatchObject({ code: "E_GATEWAY_PINNED" });
    await expect(gate.desk.unpin(who(8), NAME, "job:1")).rejects.toMatchObject({ code: "E_GATEWAY_OWNER" });
    await expect(gate.desk.unpin(who(7), NAME, "job:2")).rejects.toMatchObject({ code: "E_GATEWAY_NO_PIN", http: 404 });
    await gate.desk.unpin(who(7), NAME, "job:1");
    await gate.desk.pin(who(500), NAME, "keep", null);
    expect(await gate.catalog.pins(image?.key ?? 0)).toMatchObject([{ holder: "keep", until: null }]);
    await expect(gate.desk.pin(who(7), docker("b:1"), "job:1", null)).rejects.toMatchObject({ http: 404 });
  });
});

describe("the list of pins", () => {
  const list = async (uid: number, more: Partial<PinFilter> = {}) => {
    const { items, next } = await gate.desk.pins(who(uid), { system: "alpha", ...more });
    return [items.map(({ holder, tags, uid: by }) => `${tags.join(" ")} ${holder} ${by}`), next];
  };

  test("shows one's own, those of one's images, and to those who look after the system everybody's", async () => {
    await gate.put({ tag: "a:1", owner: { uid: 500, gid: 500, user: "u500" } }, "f1");
    await gate.put({ tag: "b:1", owner: { uid: 600, gid: 600, user: "u600" } }, "f2");
    await gate.desk.pin(who(7), NAME, "job:1", null);
    await gate.desk.pin(who(8), NAME, "job:2", null);
    await gate.desk.pin(who(8), docker("b:1"), "job:3", null);
    expect(await list(500)).toEqual([["a:1 job:1 7", "a:1 job:2 8"], undefined]);
    expect(await list(8)).toEqual([["a:1 job:2 8", "b:1 job:3 8"], undefined]);
    expect(await list(9)).toEqual([[], undefined]);
    expect((await list(1))[0]).toHaveLength(3);
    expect((await list(1, { name: NAME }))[0]).toHaveLength(2);
    expect((await list(1, { mine: true }))[0]).toEqual([]);
    const [first, next] = await list(1, { limit: 2 });
    expect([first, await list(1, { limit: 2, after: String(next) })]).toEqual([
      ["a:1 job:1 7", "a:1 job:2 8"],
      [["b:1 job:3 8"], undefined],
    ]);
    await expect(list(1, { after: "x" })).rejects.toMatchObject({ code: "E_GATEWAY_CURSOR", http: 400 });
    await expect(list(9, { name: docker("none:1") })).rejects.toMatchObject({ http: 404 });
    gate.clock.pass(86_401);
    expect(await list(1)).toEqual([[], undefined]);
  });

  test("tells no name to who may not read the image any more", async () => {
    await gate.put({ tag: "a:1", users: [500, 7] }, "f1", { private: true });
    await gate.desk.pin(who(7), NAME, "job:1", null);
    await gate.desk.setAcl(who(500), NAME, { users: [500] });
    expect(await list(7)).toEqual([[" job:1 7"], undefined]);
  });

  test("has its changes among the events, refusals too", async () => {
    await gate.put({ tag: "a:1" }, "f1");
    await gate.desk.pin(who(7), NAME, "job:1", null);
    await expect(gate.desk.unpin(who(8), NAME, "job:1")).rejects.toMatchObject({ http: 403 });
    await gate.desk.unpin(who(7), NAME, "job:1");
    const { items } = await gate.desk.events(who(0), { audit: true });
    const told = items.flatMap(({ kind, actor, outcome }) =>
      kind.startsWith("pin.") ? [[kind, actor.uid, outcome]] : [],
    );
    expect(told).toEqual([
      ["pin.removed", 7, "done"],
      ["pin.removed", 8, "refused"],
      ["pin.set", 7, "done"],
    ]);
  });
});

describe("events", () => {
  test("of private images are their readers', of refusals and lists the actor's; the audit the administrators'", async () => {
    await gate.put({ tag: "open:1" }, "f1");
    await gate.put({ tag: "secret:1" }, "f2", PRIVATE);
    await gate.desk.setAcl(who(500), docker("secret:1"), { users: [7] });
    const kinds = async (uid: number, filter = {}) =>
      (await gate.desk.events(who(uid), filter)).items.map(({ kind, imageId }) => `${kind} ${imageId}`);
    const open = ["image.ready f1", "tag.moved f1"];
    expect(await kinds(600)).toEqual(open);
    expect(await kinds(7)).toEqual(["image.ready f2", "tag.moved f2", ...open]);
    expect(await kinds(500)).toEqual(["acl.changed f2", "image.ready f2", "tag.moved f2", ...open]);
    expect(await kinds(0, { audit: true })).toHaveLength(5);
    expect(await kinds(0, { audit: true, system: "beta" })).toEqual([]);
    await expect(kinds(600, { audit: true })).rejects.toMatchObject({ code: "E_GATEWAY_ADMIN", http: 403 });
    await expect(kinds(0, { after: "x" })).rejects.toMatchObject({ code: "E_GATEWAY_CURSOR", http: 400 });
    const first = await gate.desk.events(who(500), { limit: 2 });
    const second = await gate.desk.events(who(500), { limit: 10, after: first.next });
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual([5, 4, 3, 2, 1]);
    expect(second.next).toBeUndefined();
  });
});

test("what was refused is in the audit and among one's own events, once a minute", async () => {
  await gate.put({ tag: "a:1", users: [500, 7] }, "f1", PRIVATE);
  for (let i = 0; i < 5; i++) await expect(gate.desk.setAcl(who(7), NAME, { users: [8] })).rejects.toThrow();
  await expect(gate.desk.setAcl(who(7, { scopes: ["read"] }), docker("b:1"), {})).rejects.toThrow();
  const refused = async (uid: number, filter = {}) =>
    (await gate.desk.events(who(uid), filter)).items.filter(({ outcome }) => outcome === "refused");
  const expected = [
    { kind: "acl.changed", tag: "b:1", actor: { uid: 7, name: "u7" }, detail: { code: "E_GATEWAY_SCOPE" } },
    { kind: "acl.changed", tag: "a:1", actor: { uid: 7, name: "u7" }, detail: { code: "E_GATEWAY_OWNER" } },
  ];
  expect(await refused(7)).toMatchObject(expected);
  expect(await refused(0, { audit: true })).toMatchObject(expected);
  expect(await refused(500)).toEqual([]);
  gate.clock.pass(61);
  await expect(gate.desk.setAcl(who(7), NAME, { users: [8] })).rejects.toThrow();
  expect(await refused(7)).toHaveLength(3);
});

describe("quotas", () => {
  test("are shown to whom they concern, and set by administrators", async () => {
    await gate.put({ tag: "a:1" }, "f1");
    expect(await gate.desk.quota(who(500), undefined)).toMatchObject({
      subject: { kind: "user", number: 500 },
      used: { bytes: 100, images: 1 },
    });
    await expect(gate.desk.quota(who(600), { kind: "user", number: 500 })).rejects.toMatchObject({ http: 403 });
    expect((await gate.desk.quota(who(600, { gids: [500] }), { kind: "group", number: 500 })).used.images).toBe(1);
    const limits = { bytes: 1, images: null };
    const subject = { kind: "user", number: -1 } as const;
    await expect(gate.desk.setQuota(who(600), subject, limits)).rejects.toMatchObject({ code: "E_GATEWAY_ADMIN" });
    await gate.desk.setQuota(who(0), subject, limits);
    expect((await gate.desk.quota(who(600), undefined)).limits).toEqual(limits);
    await expect(gate.desk.setQuota(who(0), subject, { bytes: -5, images: null })).rejects.toMatchObject({ http: 400 });
  });
});

test("the history of a name is for its readers", async () => {
  await gate.put({ tag: "a:1" }, "f1", PRIVATE);
  expect(await gate.desk.tagHistory(who(500), NAME)).toHaveLength(1);
  await expect(gate.desk.tagHistory(who(600), NAME)).rejects.toMatchObject({ http: 404 });
  expect(await gate.desk.tagHistory(who(1), NAME)).toHaveLength(1);
});

test("garbage is collected for those who look after the system", async () => {
  await expect(gate.desk.collect(who(500), "alpha", true)).rejects.toMatchObject({ http: 403 });
  await gate.desk.collect(who(1), "alpha", true);
  expect(gate.files.log).toEqual(["collected alpha true"]);
});

function made(id: string) {
  const file = { path: "/x", format: "squashfs", bytes: 100, digest: `sha256:${id}` };
  const run = { env: [], entry: null, cmd: null, workdir: null, labels: {}, user: null };
  return { id, digest: `sha256:${id}`, private: false, source: "s", arch: "amd64", os: "linux", ...run, file };
}
