// What every start loads: `berth exec` must not pay for the registry client, the conversion or the full parser.

import { join } from "node:path";
import { build } from "esbuild";
import { expect, test } from "vitest";

const HEAVY = [
  /^src\/oci\/(archive|auth|fetch|registry|registry-server|store)\//,
  /^src\/image\/(flatten|tar|squashfs-writer|metadata|inspect)\//,
  /^src\/run\/(instances|limits)\//,
  /^src\/(demo|platform\/doctor|build|recipe|signing|store|site|gateway|server|services|accounts|policy|proxy)\//,
  /^node_modules\//,
];

const { metafile } = await build({
  absWorkingDir: join(import.meta.dirname, ".."),
  entryPoints: ["src/main.ts"],
  bundle: true,
  write: false,
  platform: "node",
  format: "esm",
  metafile: true,
  logLevel: "silent",
  // Of the engine client's own dependencies: it has native parts, and is not in the binary.
  external: ["ssh2"],
});

/** What is loaded with these files, lazy imports left out. */
function loadedWith(...files: readonly string[]): ReadonlySet<string> {
  const loaded = new Set<string>();
  const visit = (file: string): void => {
    if (loaded.has(file)) return;
    loaded.add(file);
    for (const { path, kind } of metafile.inputs[file]?.imports ?? []) if (kind === "import-statement") visit(path);
  };
  for (const file of files) visit(file);
  return loaded;
}

test("a start loads neither the registry client nor the conversion nor the full parser", () => {
  const loaded = loadedWith("src/main.ts", "src/cli/quick.ts");
  expect([...loaded].filter((file) => HEAVY.some((pattern) => pattern.test(file)))).toEqual([]);
  expect(loaded).toContain("src/run/plan.ts");
});

test("a start by shifter loads no gateway, no registry client, and nothing of the other commands", () => {
  const loaded = loadedWith("src/main.ts", "src/cli/shifter/run.ts", "src/cli/shifter/launch.ts");
  const heavy = HEAVY.map(({ source }) => new RegExp(source.replace("|site", "").replace("|gateway", "")));
  expect([...loaded].filter((file) => heavy.some((pattern) => pattern.test(file)))).toEqual([]);
  // Of the gateway, the two readers of its files.
  expect([...loaded].filter((file) => file.startsWith("src/gateway/")).sort()).toEqual([
    "src/gateway/publish/image-document.ts",
    "src/gateway/publish/meta-reader.ts",
  ]);
  expect(loaded).not.toContain("src/run/plan.ts");
  expect(loaded).toContain("src/batch/udi-plan.ts");
});
