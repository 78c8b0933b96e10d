import { expect, test } from "vitest";
import { serviceDoings, stackDoings } from "./doings.ts";

const STACK = { name: "rover", state: "running", mine: "change", services: [] } as const;
const verbs = (doings: ReturnType<typeof stackDoings>) => doings.map(({ verb }) => verb);

test("who may only see a stack is offered nothing", () => {
  expect(stackDoings({ ...STACK, mine: "see" })).toEqual([]);
  expect(serviceDoings({ stack: "rover", name: "db", state: "running" }, "see")).toEqual([]);
});

test("only who may change a stack may remove it, after its name was typed", () => {
  expect(verbs(stackDoings({ ...STACK, mine: "operate" }))).not.toContain("remove");
  expect(stackDoings(STACK).find(({ verb }) => verb === "remove")?.asking).toMatchObject({
    word: "rover",
    danger: true,
  });
});

test("an upgrade that waits is confirmed or rolled back first", () => {
  expect(verbs(stackDoings({ ...STACK, state: "upgraded" }))).toEqual(["confirm", "upgrade", "rollback", "remove"]);
});

test("what sleeps is woken, what was stopped is started, what runs is stopped after a question", () => {
  const doings = (state: "asleep" | "stopped" | "running") =>
    serviceDoings({ stack: "rover", name: "db", state }, "operate");
  expect(verbs(doings("asleep"))).toEqual(["wake", "upgrade"]);
  expect(verbs(doings("stopped"))).toEqual(["start", "upgrade"]);
  expect(verbs(doings("running"))).toEqual(["restart", "stop", "upgrade"]);
  expect(doings("running").find(({ verb }) => verb === "stop")?.asking).toBeDefined();
});
