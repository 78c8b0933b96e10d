import { describe, expect, test } from "vitest";
import { listOfJson, NONE } from "./same-lists.ts";

describe("lists that images share", () => {
  test("are one object for one text, and cannot be changed by whoever holds them", () => {
    const list = listOfJson('["PATH=/bin","LANG=C"]');
    expect(list).toEqual(["PATH=/bin", "LANG=C"]);
    expect(listOfJson('["PATH=/bin","LANG=C"]')).toBe(list);
    expect(Object.isFrozen(list)).toBe(true);
    expect(listOfJson("[]")).toBe(NONE);
  });

  test("say what their text says however many there are and however long they get", () => {
    const texts = Array.from({ length: 5000 }, (_, n) => JSON.stringify([`N=${n}`]));
    texts.push(JSON.stringify(["x".repeat(10_000)]));
    for (let turn = 0; turn < 2; turn++) for (const text of texts) expect(JSON.stringify(listOfJson(text))).toBe(text);
  });
});
