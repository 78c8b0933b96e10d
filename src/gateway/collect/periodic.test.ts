import { expect, test } from "vitest";
import { silent } from "../../base/log.ts";
import { collectPeriodically } from "./periodic.ts";

const NOTHING = { expired: [], orphanFiles: [], blobs: 0, records: 0, bytes: 0 };

test("every system has its turn, whatever became of the one before, until the signal comes", async () => {
  const stop = new AbortController();
  const asked: string[] = [];
  const warnings: string[] = [];
  await collectPeriodically({
    systems: () => ["far", "near"],
    everyMs: 1,
    log: { ...silent, warn: (text) => void warnings.push(text) },
    signal: stop.signal,
    async collect(system) {
      asked.push(system);
      if (asked.length === 4) stop.abort();
      if (system === "far") throw new Error("it is away");
      return NOTHING;
    },
  });
  expect(asked).toEqual(["far", "near", "far", "near"]);
  expect(warnings[0]).toBe("collecting on far failed: it is away");
});
