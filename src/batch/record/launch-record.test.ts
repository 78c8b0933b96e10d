import fc from "fast-check";
import { expect, test } from "vitest";
import { type LaunchRecord, recordDatagram, recordLine } from "./launch-record.ts";

const RECORD: LaunchRecord = {
  ...{ verdict: "allowed", by: "user", user: "ada", uid: 1000, job: "77", node: "n1" },
  ...{ image: "sha256:0123", asked: "docker:debian:12" },
};

test("a record is one line of words in a fixed order", () => {
  expect(recordLine(RECORD)).toBe(
    "launch verdict=allowed by=user user=ada uid=1000 job=77 node=n1 image=sha256:0123 asked=docker:debian:12",
  );
  const refused: LaunchRecord = {
    ...RECORD,
    verdict: "refused",
    job: "0",
    image: undefined,
    reason: "E_SHIFTER_DENIED",
  };
  expect(recordLine(refused)).toBe(
    "launch verdict=refused by=user user=ada uid=1000 node=n1 asked=docker:debian:12 reason=E_SHIFTER_DENIED",
  );
});

test("it goes to the log with priority, time and process", () => {
  const now = new Date(2026, 10, 2, 3, 4, 5);
  expect(recordDatagram(RECORD, { pid: 9, now })).toMatch(/^<30>Nov {2}2 03:04:05 berth\[9\]: launch verdict=allowed /);
  expect(recordDatagram({ ...RECORD, verdict: "refused" }, { pid: 9, now })).toMatch(/^<29>/);
});

test("no value can bring a line, a field or endless text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (asked) => {
      const line = recordLine({ ...RECORD, asked });
      expect(line).not.toMatch(/[\x00-\x1f\x7f-\x9f\u2028\u2029]/);
      expect(line.length).toBeLessThan(2000);
      // Read as a reader of such lines does: quoted values are JSON, all others have no space and no `=`.
      const value = / asked=("(?:[^"\\]|\\.)*"|[^\s"=]+)$/.exec(line)?.[1];
      const read = value?.startsWith('"') ? JSON.parse(value) : value;
      expect(read).toBe(asked.length > 256 ? `${asked.slice(0, 256)}…` : asked);
    }),
    { numRuns: 60, seed: 7 },
  );
});
