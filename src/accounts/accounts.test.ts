// Roles, cookies, attempts: what needs no server.

import { describe, expect, test } from "vitest";
import { openAttempts } from "./attempts.ts";
import { cookieName, readCookie, writeCookie } from "./cookies.ts";
import { escapeFilter } from "./ldap.ts";
import { isListed, mayActAs, rolesOf } from "./roles.ts";

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
  test("are free at first, then cost more and more time, until one succeeds", () => {
    let now = 0;
    const attempts = openAttempts(() => now);
    const keys = ["user fred", "address ::1"];
    for (let n = 0; n < 5; n++) attempts.failed(keys);
    attempts.check(keys);
    attempts.failed(keys);
    expect(() => attempts.check(["user fred"])).toThrow(/too many attempts/);
    expect(() => attempts.check(["address ::1", "user wilma"])).toThrow();
    now += 2;
    attempts.check(keys);
    for (let n = 0; n < 50; n++) attempts.failed(keys);
    now += 300;
    attempts.check(keys);
    attempts.failed(keys);
    attempts.succeeded(keys);
    attempts.check(keys);
  });
});

test("a value in a filter has no meaning of its own", () => {
  expect(escapeFilter("a*b(c)\\\0ü")).toBe("a\\2ab\\28c\\29\\5c\\00ü");
});
