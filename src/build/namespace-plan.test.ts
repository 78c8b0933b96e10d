import { describe, expect, test } from "vitest";
import { type NamespaceFacts, namespacePlan } from "./namespace-plan.ts";

const facts: NamespaceFacts = {
  user: { uid: 1001, gid: 1002, name: "me", home: "/home/me", shell: "/bin/sh" },
  subordinate: { uid: { start: 100_000, count: 65_536 }, gid: { start: 200_000, count: 65_536 } },
  uidMap: "         0          0 4294967295\n",
  gidMap: "         0          0 4294967295\n",
  cwd: "/work",
  umask: 0o27,
  env: new Map([["A", "b"]]),
  program: "/opt/berth",
  argv: ["berth", "build"],
};

describe("the namespace of a build", () => {
  test("maps the caller to 0 and the subordinate ids behind", () => {
    expect(namespacePlan(facts).userns).toEqual({
      kind: "ranges",
      maps: [
        { kind: "u", inside: 0, outside: 1001, count: 1 },
        { kind: "u", inside: 1, outside: 100_000, count: 65_536 },
        { kind: "g", inside: 0, outside: 1002, count: 1 },
        { kind: "g", inside: 1, outside: 200_000, count: 65_536 },
      ],
    });
  });

  test("has the caller alone where there are none, and pretends", () => {
    const plan = namespacePlan({ ...facts, subordinate: { missing: "no range" } });
    expect(plan).toMatchObject({ userns: { kind: "root" }, pretendIds: true });
    expect(namespacePlan(facts).pretendIds).toBe(false);
  });

  test("gives real root every id that it has, also in a container with few", () => {
    const root = { ...facts.user, uid: 0, gid: 0 };
    const all = namespacePlan({ ...facts, user: root }).userns;
    expect(all).toMatchObject({ maps: [{ kind: "u", inside: 0, outside: 0, count: 4_294_967_294 }, { kind: "g" }] });
    const few = namespacePlan({ ...facts, user: root, uidMap: "0 1000 1\n1 100000 65536\n" }).userns;
    expect(few).toMatchObject({
      maps: [
        { kind: "u", inside: 0, outside: 0, count: 1 },
        { kind: "u", inside: 1, outside: 1, count: 65_536 },
        { kind: "g" },
      ],
    });
  });

  test("keeps what the command was started with, and ends as a whole", () => {
    expect(namespacePlan(facts)).toMatchObject({
      unshare: ["pid"],
      init: true,
      chdir: ["/work", "/"],
      umask: 0o27,
      exec: "/opt/berth",
      argv: ["berth", "build"],
      caps: "namespace",
    });
  });
});
