// What every start loads: `berth exec` must not pay for the registry client, the conversion or the full parser.

import { join } from "node:path";
import { build } from "esbuild";
import { expect, test } from "vitest";

const HEAVY = [
  /^src\/oci\/(archive|auth|fetch|registry|registry-server|store)\//,
  /^src\/image\/(flatten|tar|squashfs-writer|metadata|inspect)\//,
  /^src\/run\/(instances|limits)\//,
  /^src\/(demo|platform\/doctor|build|recipe|signing|store|site|gateway|server)\//,
  /^node_modules\//,
];

test("a start loads neither the registry client nor the conversion nor the full parser", async () => {
  const root = join(import.meta.dirname, "..");
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ["src/main.ts"],
    bundle: true,
    write: false,
    platform: "node",
    format: "esm",
    metafile: true,
    logLevel: "silent",
  });
  const loaded = new Set<string>();
  const visit = (file: string): void => {
    if (loaded.has(file)) return;
    loaded.add(file);
    for (const { path, kind } of metafile.inputs[file]?.imports ?? []) if (kind === "import-statement") visit(path);
  };
  visit("src/main.ts");
  expect([...loaded].filter((file) => HEAVY.some((pattern) => pattern.test(file)))).toEqual([]);
  expect(loaded).toContain("src/run/plan.ts");
});
