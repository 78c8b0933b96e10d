// Roles, cookies, attempts: what needs no server.

import type { FastifyRequest } from "fastify";
import { beforeEach, describe, expect, test } from "vitest";
import { openAttempts } from "./attempts.ts";
import { cookieName, readCookie, writeCookie } from "./cookies.ts";
import { escapeFilter } from "./ldap.ts";
import { isListed, mayActAs, rolesOf } from "./roles.ts";
import { sessionSecret, type WhoIsParts, whoIs } from "./who-is.ts";

const fred = { user: "fred", groups: ["csg", "genome"] };

describe("roles", () => {
  const lists = { admins: ["root"], operators: ["@csg"], viewers: ["fredrik"], users: undefined };

  test("come from lists of whole names and groups", () => {
    expect(rolesOf(fred, lists)).toEqual(["operator", "user"]);
    expect(rolesOf({ user: "csg", groups: [] }, lists)).toEqual(["user"]);
    expect(rolesOf({ user: "@csg", groups: [] }, { ...lists, users: [] })).toEqual([]);
    expect(isListed({ user: "fre", groups: ["cs"] }, ["fred", "@csg"])).toBe(false);
  });

  test("are none where users are listed and somebody is not", () => {
    expect(rolesOf(fred, { ...lists, operators: [], users: ["wilma"] })).toEqual([]);
    expect(rolesOf(fred, { ...lists, operators: [], users: ["@genome"] })).toEqual(["user"]);
  });

  test("of collaboration accounts are lent to their people", () => {
    const collaboration = new Map([
      ["c_flint", ["@genome"]],
      ["c_other", ["wilma"]],
    ]);
    expect(mayActAs(fred, { collaboration })).toEqual(["c_flint"]);
  });
});

describe("cookies", () => {
  test("are found among others, by their whole name", () => {
    expect(readCookie("a=1; berth_session=x=y ; z", "berth_session")).toBe("x=y");
    expect(readCookie("xberth_session=1; berth_session=2; berth_session=3", "berth_session")).toBe("2");
    expect(readCookie("__Host-berth_session=1", "berth_session")).toBeUndefined();
    expect(readCookie(undefined, "a")).toBeUndefined();
  });

  test("are for this host alone where there is TLS", () => {
    expect(writeCookie(cookieName("s", true), "v", { secure: true, maxAge: 60.5 })).toBe(
      "__Host-s=v; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure",
    );
  });
});

describe("attempts", () => {
  const wrong = async () => false;
  const right = async () => true;
  const often = { code: "E_ACCOUNTS_OFTEN", http: 429 };
  let now = 0;
  let attempts = openAttempts(() => now);
  beforeEach(() => {
    now = 0;
    attempts = openAttempts(() => now);
  });
  const fred = { user: "fred", address: "192.0.2.1" };
  const fail = async (times: number, from = fred) => {
    for (let n = 0; n < times; n++) await attempts.proven(from, wrong);
  };

  test("are free at first, then cost more and more time, until one succeeds", async () => {
    await fail(6);
    await expect(attempts.proven({ ...fred, address: "192.0.2.2" }, right)).rejects.toMatchObject(often);
    now += 2;
    await fail(1);
    now += 3;
    await expect(attempts.proven(fred, right)).rejects.toMatchObject(often);
    now += 1;
    expect(await attempts.proven(fred, right)).toBe(true);
    await fail(5);
    expect(await attempts.proven(fred, right)).toBe(true);
  });

  test("of one account are counted under all its spellings", async () => {
    const spellings = ["fred", "FRED", " fred", "fr\u00aded", "ｆｒｅｄ", "fréd"];
    for (const user of spellings) await attempts.proven({ ...fred, user }, wrong);
    await expect(attempts.proven(fred, right)).rejects.toMatchObject(often);
    expect(await attempts.proven({ ...fred, user: "freda" }, right)).toBe(true);
  });

  test("from one address are counted over all accounts, also when one of them succeeds", async () => {
    for (let n = 0; n < 21; n++) {
      await attempts.proven({ ...fred, user: `user${n}` }, wrong);
      if (n < 20) await attempts.proven({ ...fred, user: "mallory" }, right);
    }
    await expect(attempts.proven({ ...fred, user: "wilma" }, right)).rejects.toMatchObject(often);
    expect(await attempts.proven({ ...fred, user: "wilma", address: "192.0.2.2" }, right)).toBe(true);
  });

  test("from one network of IPv6 are from one address", async () => {
    for (let n = 0; n < 21; n++) await attempts.proven({ user: `user${n}`, address: `2001:db8::1:${n}` }, wrong);
    const of = (address: string) => attempts.proven({ user: "wilma", address }, right);
    await expect(of("2001:db8:0:0:ffff::9")).rejects.toMatchObject(often);
    expect(await of("2001:db8:0:1::9")).toBe(true);
    expect(await of("::1")).toBe(true);
  });

  test("that are sent all at once are no more than those sent one by one", async () => {
    const { promise: answer, resolve } = Promise.withResolvers<boolean>();
    let asked = 0;
    const slow = () => {
      asked += 1;
      return answer;
    };
    const all = Promise.allSettled(Array.from({ length: 100 }, () => attempts.proven(fred, slow)));
    resolve(false);
    expect((await all).filter(({ status }) => status === "rejected")).toHaveLength(95);
    expect(asked).toBe(5);
  });

  test("that could not be judged count for nothing, and old ones are forgotten", async () => {
    for (let n = 0; n < 10; n++)
      await expect(attempts.proven(fred, () => Promise.reject(new Error("away")))).rejects.toThrow("away");
    await fail(5);
    now += 1800;
    await fail(5);
    expect(await attempts.proven(fred, right)).toBe(true);
  });
});

describe("the cookie of a session", () => {
  const headers = { cookie: "berth_session=theirs; __Host-berth_session=ours" };

  test("is the one that nobody else can set, where there is TLS", () => {
    expect(sessionSecret({ headers, protocol: "https" }, { publicUrl: undefined })).toBe("ours");
    expect(sessionSecret({ headers, protocol: "http" }, { publicUrl: "https://berth.example.org" })).toBe("ours");
    const set = { headers: { cookie: "berth_session=theirs" } };
    expect(sessionSecret({ ...set, protocol: "https" }, { publicUrl: undefined })).toBeUndefined();
    expect(sessionSecret({ ...set, protocol: "http" }, { publicUrl: undefined })).toBe("theirs");
  });
});

test("a token of somebody who had the name before is not taken for who has it now", async () => {
  const principal = { user: "fred", uid: 501, gid: 500, group: "bedrock", via: "token", groups: async () => [500] };
  const ask = (known: number | undefined) => {
    const person = async () =>
      known === undefined ? undefined : { user: "fred", uid: known, gid: 500, groups: [], gids: [500] };
    const parts = {
      config: () => ({ admins: [], operators: [], viewers: [], users: undefined }),
      directory: { person },
      principal: async () => principal,
    };
    return whoIs(parts as unknown as WhoIsParts)({ headers: {}, ip: "::1" } as FastifyRequest);
  };
  expect(await ask(501)).toMatchObject({ user: "fred", uid: 501, csrf: "none" });
  expect(await ask(undefined)).toMatchObject({ user: "fred", uid: 501, groups: ["bedrock"] });
  await expect(ask(999)).rejects.toMatchObject({ code: "E_ACCOUNTS_OTHER", http: 403 });
});

test("a value in a filter has no meaning of its own", () => {
  expect(escapeFilter("a*b(c)\\\0ü")).toBe("a\\2ab\\28c\\29\\5c\\00ü");
});
