import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { callNode } from "./hands.ts";

test("root's hands are heard also when they end before they have read their order", () => {
  const work = mkdtempSync(join(tmpdir(), "berth-hands-"));
  writeFileSync(join(work, "berth-node"), "#!/bin/sh\necho \"cannot $1\" >&2\necho\necho 'as it is' >&2\nexit 1\n");
  chmodSync(join(work, "berth-node"), 0o755);
  const outcome = callNode(["setup"], Buffer.alloc(1 << 20), work, { BERTH_LIBEXEC: work });
  expect(outcome).toEqual({ status: 1, out: "\n", said: ["cannot setup", "as it is"] });
  expect(readdirSync(work)).toEqual(["berth-node"]);
  rmSync(work, { recursive: true });
});
