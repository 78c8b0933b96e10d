// Audits that are killed at any moment leave nothing that a later one could take for a record.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { decodeRecord } from "../../src/audit/record-codec.ts";
import { writeLayout } from "../support/oci-image.ts";

const scratch = mkdtempSync(join(tmpdir(), "berth-audit-killed-"));
const layout = join(scratch, "layout");
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

beforeAll(async () => {
  const entries = (layer: number) =>
    Array.from({ length: 400 }, (_, index) => ({ path: `l${layer}/${index}`, content: `${index} `.repeat(2000) }));
  await writeLayout(layout, { v1: { layers: [0, 1, 2, 3].map((layer) => ({ entries: entries(layer) })) } });
});

const start = (root: string) =>
  spawn(process.execPath, [join(import.meta.dirname, "auditor.ts"), layout, root], {
    stdio: ["ignore", "pipe", "inherit"],
  });

test.each([1, 4, 9, 16])(
  "killed at the %i. piece, it leaves whole records or none, and the next audit is right",
  async (pieces) => {
    const root = join(scratch, `cache-${pieces}`);
    const child = start(root);
    let seen = 0;
    child.stdout.on("data", (data: Buffer) => {
      seen += data.toString().split("reading").length - 1;
      if (seen >= pieces) child.kill("SIGKILL");
    });
    await once(child, "exit");
    for (const path of recordsIn(root)) {
      const digest = `sha256:${path.slice(path.lastIndexOf("/") + 1).split("-")[0]}`;
      expect(await decodeRecord(digest, readFileSync(path))).toMatchObject({ whiteouts: [] });
    }
    const next = start(root);
    expect(await text(next.stdout)).toContain("entries 1600\n");
    expect(recordsIn(root).length).toBe(4);
  },
);

test("three processes at once agree, and leave one record for each layer", async () => {
  const root = join(scratch, "together");
  const said = await Promise.all([1, 2, 3].map(() => text(start(root).stdout)));
  for (const words of said) expect(words).toContain("entries 1600\n");
  expect(recordsIn(root).length).toBe(4);
});

function recordsIn(root: string): readonly string[] {
  try {
    const folder = join(root, "audit", "sha256");
    return readdirSync(folder)
      .filter((name) => !name.startsWith("."))
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}
