// How this machine's apt reaches its archive: sources and transport settings, handed on to mmdebstrap, so that a site's
// mirror and proxy serve the demo too.

import { existsSync } from "node:fs";
import { release as osRelease } from "./os-release.ts";
import { output } from "./process.ts";

export interface AptHost {
  /** Code name of the release to be made. */
  readonly suite: string;
  /** One-line sources; empty when mmdebstrap shall take its own default. */
  readonly sources: readonly string[];
  /** `Acquire` settings as mmdebstrap's `--aptopt` wants them. */
  readonly options: readonly string[];
}

/** Reads the settings of the host's apt; a host of another kind gets Debian's stable release. */
export async function aptHost(signal: AbortSignal): Promise<AptHost> {
  const { ID: id, VERSION_CODENAME: suite } = osRelease();
  if (!suite || (id !== "debian" && id !== "ubuntu")) return { suite: "stable", sources: [], options: [] };
  const format = "$(REPO_URI) $(RELEASE) $(COMPONENT)";
  const targets = await output("apt-get", ["indextargets", "--format", format, "Identifier: Packages"], signal);
  const settings = await output("apt-config", ["dump"], signal);
  return { suite, sources: sourceLines(targets, suite, keyring(id)), options: transportSettings(settings) };
}

function keyring(id: string): string | undefined {
  const path = `/usr/share/keyrings/${id}-archive-keyring.gpg`;
  return existsSync(path) ? path : undefined;
}

/** Sources of one release from `apt-get indextargets`; third parties' archives are left out. */
export function sourceLines(targets: string, suite: string, keys: string | undefined): readonly string[] {
  const options = keys ? `[signed-by=${keys}] ` : "";
  const lines = targets.split("\n").flatMap((line) => {
    const [uri, release = "", component] = line.trim().split(" ");
    if (!component || (release !== suite && !release.startsWith(`${suite}-`))) return [];
    return [`deb ${options}${uri} ${release} ${component}`];
  });
  return [...new Set(lines)];
}

/** Settings of `apt-config dump` that say how to fetch. */
export function transportSettings(dump: string): readonly string[] {
  const wanted = /^Acquire::(?:Check-Valid-Until|Check-Date|Retries|(?:https?|ftp)::[\w:.-]+) ".+";$/;
  return dump
    .split("\n")
    .filter((line) => wanted.test(line))
    .map((line) => line.slice(0, -1));
}
