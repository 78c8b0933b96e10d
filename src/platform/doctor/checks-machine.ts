// Checks of the machine around the containers: kernel, control groups, disk space, clock. Pure.

import { formatSize } from "../../base/size.ts";
import type { DiskFacts, Facts } from "./facts.ts";
import { ok, type Verdict } from "./finding.ts";

const GIB = 1024 ** 3;

/** Below this a pull of almost any image fails. */
const DISK_GAP = GIB / 4;
/** A large scientific image with its layers fits into this. */
const DISK_WARN = 10 * GIB;

/** No clock that is right shows a time before this code was written. */
const WRITTEN = Date.UTC(2026, 9, 1);
/** Nor one so much later: certificates, among others, would all have ended. */
const FAR_FUTURE = WRITTEN + 15 * 365 * 86_400_000;

export function kernel({ kernel: { release, machine }, namespaces }: Facts): Verdict {
  const [major = 0, minor = 0] = release.split(/[.-]/).map(Number);
  const found = `${release}, ${machine}`;
  if (major > 5 || (major === 5 && minor >= 12)) return ok(found);
  const consequence = "berth-launch needs mount_setattr (5.12) to protect mounts before anybody sees them";
  // Enterprise distributions carry newer features back into old kernels: what was tried counts more than the number.
  const state = namespaces.trial.works && namespaces.trial.by === "berth-launch" ? "warn" : "gap";
  return { state, found, consequence, cure: "a kernel of 5.12 or later" };
}

export function launcher({ launcher: path }: Facts): Verdict {
  if (path) return ok(path);
  const consequence = "nothing can be run: berth-launch makes the containers";
  return {
    state: "gap",
    found: "berth-launch is not beside berth",
    consequence,
    cure: "reinstall berth (packaging/install.sh), or build it in the source tree with ./berth",
  };
}

/** What --memory, --cpus and --pids-limit need. */
const LIMITING = ["cpu", "memory", "pids"];

export function controlGroups({ cgroup, user, programs }: Facts): Verdict {
  const consequence =
    "no --memory, --cpus, --pids-limit and other limits of a container by itself; a batch system still can set them";
  if (cgroup.version === "v2") {
    const missing = LIMITING.filter((name) => !cgroup.controllers.includes(name));
    const has = `v2, ${cgroup.controllers.join(" ") || "no controllers"}`;
    if ((cgroup.delegated && missing.length === 0) || user.uid === 0) return ok(has);
    if (cgroup.manager && programs["systemd-run"]) return ok("v2, by scopes of your systemd");
    const cure = "log in through systemd (a user session delegates its group), or ask for Delegate=yes";
    const found = cgroup.delegated ? `${has}, without ${missing.join(" and ")}` : "v2, not delegated to this user";
    return { state: "warn", found, consequence, cure };
  }
  const found =
    cgroup.version === "none"
      ? "none mounted"
      : cgroup.version === "hybrid"
        ? "v1 with an empty v2 beside it (hybrid)"
        : "v1";
  return { state: "warn", found, consequence, cure: "boot with systemd.unified_cgroup_hierarchy=1" };
}

export function cacheSpace({ cache }: Facts): Verdict {
  return space(
    cache,
    "nothing can be pulled",
    "export BERTH_CACHEDIR=/a/larger/place, or berth cache clean",
    DISK_WARN,
  );
}

export function tempSpace({ temp }: Facts): Verdict {
  return space(temp, "images cannot be made or unpacked", "export BERTH_TMPDIR=/a/larger/place", GIB);
}

function space(disk: DiskFacts, consequence: string, cure: string, enough: number): Verdict {
  if (disk.free === undefined)
    return { state: "unknown", found: `${disk.path} cannot be looked at`, consequence, cure };
  if (!disk.writable) return { state: "gap", found: `${disk.path} cannot be written to`, consequence, cure };
  const found = `${formatSize(disk.free)} free in ${disk.path}`;
  if (disk.free < DISK_GAP) return { state: "gap", found, consequence, cure };
  if (disk.free < enough) return { state: "warn", found, consequence: "a large image may not fit", cure };
  return ok(found);
}

export function clock({ now }: Facts): Verdict {
  const found = new Date(now).toISOString();
  if (now >= WRITTEN && now <= FAR_FUTURE) return ok(found);
  const consequence =
    "certificates of registries are taken for not yet valid, or ended: nothing can be pulled over HTTPS";
  return {
    state: "gap",
    found: `${found}, which cannot be right`,
    consequence,
    cure: "sudo timedatectl set-ntp true   (or: sudo date -s …)",
  };
}
