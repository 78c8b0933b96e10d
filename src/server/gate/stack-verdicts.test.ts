import { expect, test } from "vitest";
import { writeStatement } from "../../gate/statement.ts";
import type { Verdict } from "../../gate/types.ts";
import { verdictBook } from "../../gate/verdict-book.ts";
import { openMemoryStore } from "../../store/testing.ts";
import { verdictFindings } from "./stack-verdicts.ts";

const digest = `sha256:${"a".repeat(64)}`;
const VERDICT: Verdict = {
  ...{ schema: 1, digest, name: "x", result: "refused", judgedAt: 1, policy: { profile: "spin", hash: "h" } },
  ...{ advisories: undefined, engines: [], signatures: [], createdAt: undefined },
  findings: [
    {
      rule: "SEC002",
      severity: "error",
      message: "a key",
      hint: "take it out",
      certainty: "certain",
      waived: undefined,
    },
  ],
  counts: { error: 1, warning: 0, info: 0, style: 0, unknown: 0, waived: 0 },
};

test("a service is refused for an image that is refused, and for no other", async () => {
  const store = await openMemoryStore(() => 0);
  const book = verdictBook(store);
  const keep = (verdict: Verdict) =>
    book.keep({
      ...{ digest, result: verdict.result, policyHash: "h", advisories: "", judgedAt: verdict.judgedAt },
      statement: writeStatement(verdict, undefined),
    });
  const images = new Map([
    ["web", { reference: "r.org/web:1", digest }],
    ["db", { reference: "r.org/db:1", digest: `sha256:${"b".repeat(64)}` }],
  ]);
  await keep(VERDICT);
  expect(await verdictFindings(images, book, "enforce")).toMatchObject([
    { rule: "GATE-01", severity: "error", pointer: "/services/web/image", hint: "take it out" },
  ]);
  expect(await verdictFindings(images, book, "warn")).toMatchObject([{ severity: "warning" }]);
  expect(await book.stale({ policyHash: "h", advisories: undefined, before: 1 }, 9)).toEqual([]);
  expect(await book.stale({ policyHash: "other", advisories: undefined, before: 0 }, 9)).toEqual([digest]);
  expect(await book.stale({ policyHash: "h", advisories: "sha256:1", before: 0 }, 9)).toEqual([digest]);
  expect(await book.stale({ policyHash: "h", advisories: "", before: 2 }, 9)).toEqual([digest]);
  await keep({ ...VERDICT, release: { by: "wilma", reason: "known", at: 2 } });
  expect(await verdictFindings(images, book, "enforce")).toEqual([]);
  await store.close();
});
