import { expect, test } from "vitest";
import type { Examination } from "../mpi/index.ts";
import { mpiReport } from "./doctor-mpi-report.ts";

test("names of an image's files neither begin lines of the report nor speak to the terminal", () => {
  const path = "/app/a\nsound: all is well\x1b[2J";
  const found: Examination = {
    image: { users: [], more: false, libraries: [], clib: { kind: "none" } },
    group: undefined,
    others: [],
    candidates: [],
    damaged: [path],
  };
  const lines = mpiReport("a.sif", found, undefined).split("\n");
  expect(lines[1]).toBe("  damaged, passed over:  /app/a?sound: all is well?[2J");
  expect(lines).toHaveLength(5);
});
