import { describe, expect, test } from "vitest";
import { type Found, Memory } from "./memory.ts";

function found(value: string, key: number, weight = 1): Found<string> {
  return { value, key, weight };
}

/** A memory that has heard of these names once. */
async function memoryOf(maxWeight: number, ...names: readonly string[]): Promise<Memory<string>> {
  const memory = new Memory<string>(maxWeight);
  for (const name of names) await memory.ask(name, async () => undefined);
  return memory;
}

function later<T>() {
  let resolve: (value: T) => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

describe("a memory of lookups", () => {
  test("asks once for everybody who asks at the same time", async () => {
    const memory = await memoryOf(10, "a", "b", "c");
    const answer = later<Found<string>>();
    let asked = 0;
    const look = () => {
      asked++;
      return answer.promise;
    };
    const all = Array.from({ length: 100 }, () => memory.ask("a", look));
    answer.resolve(found("one", 1));
    expect(new Set(await Promise.all(all))).toEqual(new Set(["one"]));
    expect(asked).toBe(1);
    expect(memory.get("a")).toBe("one");
  });

  test("does not keep what was asked before a change, nor hands it to those who ask after", async () => {
    const memory = await memoryOf(10, "a", "b", "c");
    const old = later<Found<string>>();
    const early = memory.ask("a", () => old.promise);
    memory.forget(7);
    const late = memory.ask("a", async () => found("new", 2));
    old.resolve(found("old", 1));
    expect([await early, await late]).toEqual(["old", "new"]);
    expect(memory.get("a")).not.toBe("old");
  });

  test("forgets every name of a thing, and keeps the others", async () => {
    const memory = await memoryOf(10, "a", "b", "c");
    await memory.ask("a", async () => found("x", 1));
    await memory.ask("b", async () => found("x", 1));
    await memory.ask("c", async () => found("y", 2));
    memory.forget(1);
    expect([memory.get("a"), memory.get("b"), memory.get("c")]).toEqual([undefined, undefined, "y"]);
    memory.clear();
    expect(memory.get("c")).toBeUndefined();
  });

  test("stays below its weight by dropping what was asked for longest ago", async () => {
    const memory = await memoryOf(3, "a", "b", "c", "d", "huge");
    for (const [i, name] of ["a", "b", "c"].entries()) await memory.ask(name, async () => found(name, i));
    memory.get("a");
    await memory.ask("d", async () => found("d", 9));
    expect(["a", "b", "c", "d"].map((name) => memory.get(name))).toEqual(["a", undefined, "c", "d"]);
    await memory.ask("huge", async () => found("huge", 10, 100));
    expect(["a", "c", "d", "huge"].map((name) => memory.get(name))).toEqual(["a", "c", "d", undefined]);
  });

  test("remembers neither that there is nothing nor failures", async () => {
    const memory = await memoryOf(3, "a", "b", "c", "d", "huge");
    expect(await memory.ask("a", async () => undefined)).toBeUndefined();
    await expect(memory.ask("a", () => Promise.reject(new Error("away")))).rejects.toThrow("away");
    expect(await memory.ask("a", async () => found("x", 1))).toBe("x");
  });

  test("keeps what is asked for a second time, so that going through everything pushes nothing out", async () => {
    const memory = await memoryOf(3, "a");
    await memory.ask("a", async () => found("one", 1));
    for (let i = 0; i < 20_000; i++) await memory.ask(`other${i}`, async () => found("other", i + 2));
    expect(memory.get("a")).toBe("one");
    expect(memory.get("other19999")).toBeUndefined();
  });

  test("forgets each of several names of a thing when one of them had to go before", async () => {
    const memory = await memoryOf(4, "a", "b", "c", "d", "e");
    for (const name of ["a", "b", "c"]) await memory.ask(name, async () => found("x", 1));
    await memory.ask("d", async () => found("y", 2, 2));
    expect(["a", "b", "c", "d"].map((name) => memory.get(name))).toEqual([undefined, "x", "x", "y"]);
    memory.forget(1);
    expect(["b", "c", "d"].map((name) => memory.get(name))).toEqual([undefined, undefined, "y"]);
    await memory.ask("e", async () => found("x", 1));
    memory.forget(2);
    expect(["d", "e"].map((name) => memory.get(name))).toEqual([undefined, "x"]);
  });

  test("remembers all of some thousand names that are asked for in turn, from the second turn on", async () => {
    const memory = new Memory<string>(20_000);
    for (let turn = 0; turn < 2; turn++)
      for (let i = 0; i < 20_000; i++) await memory.ask(`n${i}`, async () => found("one", i));
    expect([memory.get("n0"), memory.get("n19999")]).toEqual(["one", "one"]);
  });
});
