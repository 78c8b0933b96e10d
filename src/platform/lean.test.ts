import { expect, test } from "vitest";
import { takeMarks } from "./lean.ts";

test("what berth set before the start of its runtime goes, and what somebody else set stays", () => {
  const env = { BERTH_LEAN: "1", BUN_JSC_useJIT: "0", MIMALLOC_PURGE_DELAY: "7", PATH: "/bin" };
  takeMarks(env);
  expect(env).toEqual({ MIMALLOC_PURGE_DELAY: "7", PATH: "/bin" });
  const pull = { BERTH_KEEPS_MEMORY: "1", MIMALLOC_PURGE_DELAY: "1000", BUN_JSC_useJIT: "1" };
  takeMarks(pull);
  expect(pull).toEqual({ BUN_JSC_useJIT: "1" });
});
