import { expect, test } from "vitest";
import { ProxyTraffic } from "./traffic.ts";

test("a container that is taken back gets requests again at once, and nothing is told twice", async () => {
  const told: string[][] = [];
  const control = { watch: () => () => undefined, isQuiet: () => true, adopted: async () => undefined };
  const publish = () => told.push([...traffic.draining]);
  const traffic = new ProxyTraffic({ control, publish, withinMs: () => 1_000 });
  await traffic.drain([{ container: "a" }, { container: "b" }]);
  traffic.restore("a");
  traffic.restore("a");
  traffic.restore("never drained");
  expect(told).toEqual([["a", "b"], ["b"]]);
  // Asked while a table is made: it must not make another.
  traffic.seen(new Set());
  expect([told.length, traffic.draining.size]).toEqual([2, 0]);
});
