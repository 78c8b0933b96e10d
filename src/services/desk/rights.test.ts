import { describe, expect, test } from "vitest";
import type { Stack } from "../types.ts";
import { requireRight, requireTags, rightOf } from "./rights.ts";
import type { SignedIn } from "./types.ts";

const BASE: SignedIn = {
  ...{ user: "elvis", uid: 900, gid: 900, groups: ["elvis"], gids: [900] },
  ...{ roles: ["user"], via: "token", address: "192.0.2.1" },
};
const rover = {
  ...{ name: "rover", title: "Rover", owner: "fred", group: "csg", staffOwner: "wilma", staffGroup: "isg" },
  tags: { owner: "fred", group: "csg", "staff-owner": "wilma", "staff-group": "isg" },
} as unknown as Stack;

const person = (user: string, more: Partial<SignedIn> = {}): SignedIn => ({ ...BASE, user, ...more });

describe("what somebody may do with rover, which is fred's", () => {
  test.each([
    ["its owner changes it", person("fred"), "change"],
    ["its staff-owner changes it", person("wilma"), "change"],
    ["a member of its group operates it", person("barney", { groups: ["csg"] }), "operate"],
    ["a member of its staff group operates it", person("betty", { groups: ["isg"] }), "operate"],
    ["an operator operates it", person("op", { roles: ["operator"] }), "operate"],
    ["an administrator changes it", person("root", { roles: ["admin"] }), "change"],
    ["a viewer looks at it", person("eye", { roles: ["viewer"] }), "see"],
    ["an owner who is a viewer only looks at it", person("fred", { roles: ["viewer"] }), "see"],
    ["its owner with a token for reading looks at it", person("fred", { scopes: ["read"] }), "see"],
    [
      "an administrator with a token for less is nobody in particular",
      person("x", { roles: ["admin"], scopes: ["manage"] }),
      undefined,
    ],
    ["elvis does not even see it", person("elvis"), undefined],
  ] as const)("%s", (_, who, right) => {
    expect(rightOf(who, rover)).toBe(right);
  });

  test("elvis is told so in Spin's words", () => {
    expect(() => requireRight(person("elvis"), rover, "operate", "restart it")).toThrow("you don't own stack rover");
  });

  test("a member of the group is told whom to ask for what is the owner's", () => {
    const member = person("barney", { groups: ["csg"] });
    expect(() => requireRight(member, rover, "change", "remove it")).toThrow(
      /only the owner of stack rover.*remove it/,
    );
  });

  test("a viewer is told that he may change nothing", () => {
    expect(() => requireRight(person("fred", { roles: ["viewer"] }), rover, "operate", "stop it")).toThrow(
      /may look at services here/,
    );
  });
});

describe("what the tags of a stack may become", () => {
  const spec = (tags: Record<string, string>) => ({ name: "rover", tags });

  test("somebody makes a stack of his own, for one of his groups", () => {
    expect(() =>
      requireTags(person("elvis", { groups: ["rock"] }), spec({ owner: "elvis", group: "rock" })),
    ).not.toThrow();
  });

  test("nobody makes a stack of somebody else's: its services would run as him", () => {
    expect(() => requireTags(person("elvis"), spec({ owner: "fred" }))).toThrow(
      /may not make rover a stack of user fred/,
    );
    expect(() => requireTags(person("elvis"), spec({ owner: "elvis", group: "csg" }))).toThrow(/group csg/);
  });

  test("nobody gives a stack away either, but for administrators", () => {
    const given = spec({ ...rover.tags, owner: "elvis" });
    expect(() => requireTags(person("fred", { groups: ["csg"] }), given, rover)).toThrow(/user elvis/);
    expect(() => requireTags(person("root", { roles: ["admin"] }), given, rover)).not.toThrow();
  });

  test("a member of the group deploys with the tags as they are, and changes none", () => {
    const member = person("barney", { groups: ["csg"] });
    expect(() => requireTags(member, spec(rover.tags), rover)).not.toThrow();
    expect(() => requireTags(member, spec({ ...rover.tags, group: "barney" }), rover)).toThrow(/only the owner/);
  });
});
