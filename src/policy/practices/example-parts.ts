// Parts of images that examples are made of. Knows no rule.

import type {
  AuditedConfig,
  AuditedImage,
  AuditedLayer,
  Catalogue,
  FileEntry,
  FileFacts,
  HiddenEntry,
} from "../../audit/types.ts";

/** A configuration with these parts. */
export function exampleConfig(parts: Partial<AuditedConfig>): AuditedConfig {
  return {
    created: "2026-11-20T00:00:00Z",
    os: "linux",
    architecture: "amd64",
    user: "499",
    env: ["PATH=/usr/bin:/bin"],
    entrypoint: ["/opt/app/bin/app"],
    command: [],
    workingDirectory: "/opt/app",
    labels: {},
    exposed: [],
    volumes: [],
    healthCheck: undefined,
    stopSignal: undefined,
    onBuild: [],
    ...parts,
  };
}

/** Files and what layers hide. */
export function exampleFiles(entries: readonly FileEntry[], parts: Partial<FileFacts> = {}): FileFacts {
  return { entries, hidden: [], texts: new Map(), secrets: [], ...parts };
}

/** A file of the second layer. */
export function exampleFile(path: string, parts: Partial<FileEntry> = {}): FileEntry {
  return {
    path,
    type: "file",
    size: 10_000,
    mode: 0o644,
    uid: 0,
    gid: 0,
    target: undefined,
    layer: 1,
    program: false,
    ...parts,
  };
}

/** A file of the second layer that the third one removes. */
export function exampleHidden(path: string, parts: Partial<HiddenEntry> = {}): HiddenEntry {
  return { path, size: 5_000_000, layer: 1, by: 2, how: "removed", ...parts };
}

/** A base's layer and two of the build's own. */
export function exampleLayers(): readonly AuditedLayer[] {
  return [layer("1", true), layer("2", false), layer("3", false)];
}

function layer(digit: string, base: boolean): AuditedLayer {
  const id = `sha256:${digit.repeat(64)}`;
  return { digest: id, diffId: id, compressedBytes: 1000, unpackedBytes: 2000, base, createdBy: undefined };
}

/** An image whose second layer has these files. */
export function imageWith(...entries: readonly FileEntry[]): Partial<AuditedImage> {
  return { layers: exampleLayers(), files: exampleFiles(entries) };
}

/** A catalogue with these packages of Debian. */
export function exampleCatalogue(...names: readonly string[]): Catalogue {
  const packages = names.map((name) => ({
    ...{ purl: `pkg:deb/debian/${name}@1`, ecosystem: "deb" as const, name, version: "1" },
    evidence: "var/lib/dpkg/status",
  }));
  return { distribution: undefined, packages, gaps: [] };
}
