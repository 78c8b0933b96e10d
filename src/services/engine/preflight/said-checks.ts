// What an engine says of itself, judged: nothing is tried here.

import { ok, type Verdict } from "../../../platform/doctor/finding.ts";
import type { EngineInfo } from "../types.ts";

/** The first of the API's versions that has everything that berth asks for (Docker 20.10, Podman 3). */
const LEAST_API = "1.41";

export const SAID_CHECKS: readonly (readonly [name: string, check: (info: EngineInfo) => Verdict])[] = [
  ["API", api],
  ["rights", rights],
  ["runtime", runtime],
  ["storage", storage],
  ["health", health],
];

function api({ kind, version, apiVersion }: EngineInfo): Verdict {
  const found = `${kind} ${version}, API ${apiVersion}`;
  if (!isOlder(apiVersion, LEAST_API)) return ok(found);
  return {
    state: "gap",
    found,
    consequence: `berth needs version ${LEAST_API} of the API`,
    cure: "install Docker 20.10 or Podman 4, or later",
  };
}

function isOlder(version: string, than: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [leastMajor = 0, leastMinor = 0] = than.split(".").map(Number);
  return major < leastMajor || (major === leastMajor && minor < leastMinor);
}

function rights({ rootless, limits }: EngineInfo): Verdict {
  if (!rootless) return ok("runs as root");
  const found = "runs as an ordinary user";
  if (limits) return ok(found);
  return {
    state: "warn",
    found: `${found}, and has no control groups`,
    consequence: "memory and CPU limits have no effect, services cannot be paused, figures of use are wrong",
    cure: "boot with control groups version 2 (systemd.unified_cgroup_hierarchy=1), and let systemd delegate cpu, memory and pids to the user",
  };
}

function runtime(info: EngineInfo): Verdict {
  return info.runtime ? ok(info.runtime) : { state: "unknown", found: "the engine does not say" };
}

function storage({ storage: driver }: EngineInfo): Verdict {
  if (driver !== "vfs") return driver ? ok(driver) : { state: "unknown", found: "the engine does not say" };
  return {
    state: "warn",
    found: "vfs: every container gets a whole copy of its image",
    consequence: "containers start slowly and fill the disk",
    cure: 'set driver = "overlay" in storage.conf (rootless without kernel support: mount_program = "/usr/bin/fuse-overlayfs"), then podman system reset',
  };
}

function health({ healthChecks }: EngineInfo): Verdict {
  return ok(healthChecks ? "checked by the engine" : "checked by berth: this engine leaves it to systemd's timers");
}
