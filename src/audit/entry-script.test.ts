import { expect, test } from "vitest";
import { entryScript } from "./entry-script.ts";
import { configOf } from "./image-config.ts";
import type { AuditedConfig, FileEntry } from "./types.ts";

const file = (path: string, more: Partial<FileEntry> = {}): FileEntry => ({
  ...{ path, type: "file", size: 100, mode: 0o755, uid: 0, gid: 0, target: undefined, layer: 0, program: false },
  ...more,
});

const ENTRIES = [
  file("usr/local/bin/start"),
  file("usr/bin/start"),
  file("opt/run.sh"),
  file("opt/app", { program: true }),
  file("opt/huge", { size: 10_000_000 }),
  file("entry", { type: "symlink", target: "/opt/../opt/run.sh" }),
  file("twin", { type: "hardlink", target: "opt/run.sh" }),
  file("circle", { type: "symlink", target: "circle" }),
];

function config(entrypoint: readonly string[], more: Partial<AuditedConfig> = {}): AuditedConfig {
  const empty = { os: "linux", architecture: "amd64", rootfs: { type: "layers" as const, diff_ids: [] } };
  return { ...configOf({ config: empty, configBytes: Buffer.from("{}") }).config, entrypoint, ...more };
}

test.each([
  { words: ["/opt/run.sh"], path: "opt/run.sh" },
  { words: ["run.sh", "x"], path: undefined },
  { words: ["./run.sh"], path: "opt/run.sh" },
  { words: ["start"], path: "usr/local/bin/start" },
  { words: ["/entry"], path: "opt/run.sh" },
  { words: ["/twin"], path: "opt/run.sh" },
  { words: ["/circle"], path: undefined },
  { words: ["/usr/bin/tini", "--", "/opt/run.sh"], path: "opt/run.sh" },
  { words: ["/bin/sh", "-e", "/opt/run.sh"], path: "opt/run.sh" },
  { words: ["/bin/sh", "-c", "exec /opt/run.sh"], path: undefined },
  { words: ["/opt/app"], path: undefined },
  { words: ["/opt/huge"], path: undefined },
  { words: ["/nothing"], path: undefined },
  { words: [], path: undefined },
])("the script that $words starts is $path", ({ words, path }) => {
  expect(entryScript(config(words, { workingDirectory: "/opt" }), ENTRIES)?.entry.path).toBe(path);
});

test("the image's own PATH is searched in its order", () => {
  const found = entryScript(config(["start"], { env: ["PATH=/usr/bin:/usr/local/bin"] }), ENTRIES);
  expect(found).toMatchObject({ named: "usr/bin/start", entry: { path: "usr/bin/start" } });
});
