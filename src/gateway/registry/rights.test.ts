// Who may do what, as a table.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { allowedActions, namespaceOf, type Person, roleIn } from "./rights.ts";

const TEAM = { name: "geo", team: "geo", grants: [] };
const person = (user: string, teams: Readonly<Record<string, "write" | "admin">> = {}, admin = false): Person => ({
  ...{ user, admin, mayWrite: true },
  teams: new Map(Object.entries(teams)),
});

describe("the role of somebody", () => {
  test.each([
    ["nobody", "geo/a", TEAM, undefined, undefined],
    ["a member", "geo/a", TEAM, person("tim", { geo: "write" }), "write"],
    ["a team's admin", "geo/a", TEAM, person("tom", { geo: "admin" }), "admin"],
    ["a stranger", "geo/a", TEAM, person("anna", { other: "admin" }), undefined],
    ["an admin of the site", "nobodys/a", undefined, person("root", {}, true), "admin"],
    ["a person in his own corner", "users/anna/a", undefined, person("anna"), "admin"],
    ["a person in another's corner", "users/anna/a", undefined, person("ann"), undefined],
    ["somebody like a corner's name", "users/anna", undefined, person("anna"), undefined],
  ] as const)("%s in %3$s", (_, repository, namespace, who, role) => {
    expect(roleIn(repository, namespace, who)).toBe(role);
  });

  test("is the highest of what was granted to him, his teams and everyone", () => {
    const grants = [
      { to: "everyone", role: "view" },
      { to: "user:anna", role: "write", repository: "a" },
      { to: "team:bio", role: "admin", repository: "b" },
    ] as const;
    const open = { ...TEAM, grants };
    expect(roleIn("geo/a", open, undefined)).toBe("view");
    expect(roleIn("geo/a", open, person("anna"))).toBe("write");
    expect(roleIn("geo/a/deep", open, person("anna"))).toBe("view");
    expect(roleIn("geo/b", open, person("ben", { bio: "write" }))).toBe("admin");
    expect(roleIn("geo/b", open, person("team:bio"))).toBe("view");
  });

  test("never comes from a namespace that only begins alike", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{1,8}$/), fc.stringMatching(/^[a-z]{1,8}$/), (one, other) => {
        expect(namespaceOf(`${one}${other}/x`)).toBe(`${one}${other}`);
      }),
      { numRuns: 50, seed: 1 },
    );
  });
});

describe("the actions of a role", () => {
  test("are those asked for that it allows", () => {
    const who = person("anna");
    expect(allowedActions("write", ["pull", "push", "delete"], who)).toEqual(["pull", "push"]);
    expect(allowedActions("admin", ["*"], who)).toEqual(["pull", "push", "delete"]);
    expect(allowedActions("view", ["push"], who)).toEqual([]);
    expect(allowedActions(undefined, ["pull"], who)).toEqual([]);
  });

  test("are only to pull with a token for reading", () => {
    expect(allowedActions("admin", ["pull", "push"], { ...person("anna"), mayWrite: false })).toEqual(["pull"]);
  });
});
