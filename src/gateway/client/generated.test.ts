import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

test("client and document are what the schemas of the API say", () => {
  const script = join(import.meta.dirname, "../../../scripts/make-client.mjs");
  expect(() => execFileSync(process.execPath, [script, "--check"], { stdio: "pipe" })).not.toThrow();
});
