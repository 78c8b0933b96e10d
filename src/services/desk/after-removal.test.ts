// What somebody else's stack of the same name left behind is not shown to those who come after it; and shells as other users.

import { expect, test } from "vitest";
import type { StackSpec } from "../../recipe/stack/types.ts";
import { fail } from "../stacks/errors.ts";
import type { Operation, Stacks } from "../stacks/types.ts";
import { liveDesk } from "./live-desk.ts";
import type { DeskParts } from "./parts.ts";
import { requireUser } from "./rights.ts";
import { stackDesk } from "./stack-desk.ts";
import type { SignedIn } from "./types.ts";

const person = (user: string, more: Partial<SignedIn> = {}): SignedIn => ({
  ...{ user, uid: 900, gid: 900, groups: [user], gids: [900], roles: ["user"], via: "token", address: "192.0.2.1" },
  ...more,
});
const audit = { note: async () => {} };

test("kept output of a stack that had the name before is not its successor's to read", async () => {
  const line = (at: number, text: string) => ({
    at,
    service: "web",
    container: "c",
    slot: 1,
    stream: "stdout",
    line: text,
  });
  const rover = { name: "rover", owner: "fred", createdAt: 100, services: [] };
  let since: number | undefined;
  const parts = {
    stacks: { show: async () => rover, list: async () => ({ items: [rover] }) },
    async *readLogs(_: string, wish: { readonly since?: number }) {
      since = wish.since;
      yield line(150, "new");
    },
    search: async () => ({
      items: [line(50, "old"), line(150, "new")].map((one) => ({ ...one, stack: "rover" })),
      cut: false,
    }),
  } as unknown as DeskParts;
  const { logs, search } = liveDesk(parts);
  for await (const one of await logs(person("fred"), "rover", {}, new AbortController().signal))
    expect(one.at).toBe(150);
  expect(since).toBe(100);
  const found = await search(person("fred"), { text: "", limit: 9 });
  expect(found.items.map((one) => one.line)).toEqual(["new"]);
});

test("operations of a stack that is gone are shown to who did them and to those who see all", async () => {
  const operation = { id: "1", stack: "rover", kind: "down", by: { uid: 1, user: "fred" } } as unknown as Operation;
  const stacks = {
    show: async (stack: string) => {
      throw fail("E_STACK_NONE", { stack });
    },
    operations: async () => ({ items: [operation], next: undefined }),
    operation: async () => operation,
  } as unknown as Stacks;
  const desk = stackDesk({ stacks, audit });
  for (const who of [person("fred"), person("op", { roles: ["operator"] })]) {
    expect((await desk.operations(who, "rover", { limit: 9 })).items).toHaveLength(1);
    expect(await desk.operation(who, "rover", "1")).toBe(operation);
  }
  expect((await desk.operations(person("elvis"), "rover", { limit: 9 })).items).toEqual([]);
  await expect(desk.operation(person("elvis"), "rover", "1")).rejects.toMatchObject({ code: "E_DESK_NO_OPERATION" });
});

test.each([
  ["a folder of the machine", { mounts: [{ kind: "bind", source: "/global", target: "/data" }] }, false],
  ["another's volume", { mounts: [{ kind: "volume", volume: "theirs", target: "/data" }] }, false],
  ["a volume that is a folder elsewhere", { mounts: [{ kind: "volume", volume: "nfs", target: "/data" }] }, false],
  [
    "its own volume",
    {
      mounts: [
        { kind: "volume", volume: "own", target: "/data" },
        { kind: "tmpfs", target: "/t" },
      ],
    },
    true,
  ],
  ["nothing", { mounts: [] }, true],
])("with %s in it, a shell as any user is for: %s", (_, service, free) => {
  const volumes = [
    { name: "own", options: {} },
    { name: "nfs", options: { type: "nfs" } },
    { name: "theirs", external: "x", options: {} },
  ];
  const spec = { services: [{ name: "web", user: "33:33", ...service }], volumes } as unknown as StackSpec;
  const ask = (user: string, who = person("fred")) => {
    try {
      requireUser(who, spec, { service: "web", user });
      return true;
    } catch (error) {
      return (error as { readonly code?: string }).code;
    }
  };
  expect(ask("0")).toBe(free ? true : "E_DESK_EXEC_USER");
  expect(ask("33:33")).toBe(true);
  expect(ask("0", person("root", { roles: ["admin"] }))).toBe(true);
});
