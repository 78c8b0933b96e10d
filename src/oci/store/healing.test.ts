import { expect, test } from "vitest";
import { defineErrors } from "../../base/errors.ts";
import { withHealing } from "./healing.ts";

const fail = defineErrors({ E_BLOB_CORRUPT: { text: "bad" } });
const failing = (...errors: Error[]) => {
  let count = 0;
  return async () => {
    const error = errors[count++];
    if (error) throw error;
    return count;
  };
};

test("work that met a damaged blob is done again, once", async () => {
  const healing = { damaged: async () => false };
  expect(await withHealing(healing, failing(fail("E_BLOB_CORRUPT")))).toBe(2);
  await expect(withHealing(healing, failing(fail("E_BLOB_CORRUPT"), fail("E_BLOB_CORRUPT")))).rejects.toThrow("bad");
});

test("work that failed otherwise is done again only when a blob it used was damaged", async () => {
  const nonsense = new Error("incorrect data check");
  expect(await withHealing({ damaged: async () => true }, failing(nonsense))).toBe(2);
  await expect(withHealing({ damaged: async () => false }, failing(nonsense))).rejects.toThrow(nonsense);
});

test("cancelled work is not looked into", async () => {
  const healing = { damaged: async () => true, signal: AbortSignal.abort() };
  await expect(withHealing(healing, failing(fail("E_BLOB_CORRUPT")))).rejects.toThrow("bad");
});
