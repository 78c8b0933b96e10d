import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ContainerIndex } from "./live-index.ts";
import { parseContainer } from "./parse-container.ts";
import type { EngineContainer } from "./types.ts";

const BASE = parseContainer(JSON.parse(readFileSync(join(import.meta.dirname, "answers/docker/running.json"), "utf8")));

function container(id: string, stack: string | undefined, address: string): EngineContainer {
  if (!BASE) throw new Error("the recorded answer is no container");
  const labels = stack === undefined ? {} : { "berth.stack": stack };
  return { ...BASE, id, labels, addresses: { net: address } };
}

test("finds by id, stack and address, and forgets all three", () => {
  const index = new ContainerIndex();
  index.put(container("a", "shop", "10.0.0.1"));
  index.put(container("b", "shop", "10.0.0.2"));
  index.put(container("c", undefined, "10.0.0.3"));
  expect(index.byStack("shop").map(({ id }) => id)).toEqual(["a", "b"]);
  expect(index.byAddress("10.0.0.3")?.id).toBe("c");
  index.delete("a");
  index.delete("a");
  expect([index.get("a"), index.byAddress("10.0.0.1")]).toEqual([undefined, undefined]);
  expect(index.byStack("shop").map(({ id }) => id)).toEqual(["b"]);
  index.delete("b");
  expect(index.byStack("shop")).toEqual([]);
  expect(index.all().map(({ id }) => id)).toEqual(["c"]);
});

test("an address that went from one container to the next stays with the next, in whichever order that is told", () => {
  const index = new ContainerIndex();
  index.put(container("old", "s", "10.0.0.1"));
  index.put(container("new", "s", "10.0.0.1"));
  index.delete("old");
  expect(index.byAddress("10.0.0.1")?.id).toBe("new");
  index.put(container("new", "s", "10.0.0.9"));
  expect(index.byAddress("10.0.0.1")).toBeUndefined();
});
