// Everything that is mounted into the root, in the order of spec/apptainer.md 1.3. Pure: the pieces decide for
// themselves, this file puts them in order.

import { posix } from "node:path";
import type { RuntimeConfig } from "../oci/types.ts";
import { accountFileMounts, hostFileMounts } from "./account-files.ts";
import { type BindRequest, sortBinds } from "./binds.ts";
import { planCwd } from "./cwd-mount.ts";
import { deviceMounts } from "./device-mounts.ts";
import { planHome } from "./home-mount.ts";
import type { HostFacts } from "./host.ts";
import type { Identity } from "./identity.ts";
import type { ImageFacts } from "./image-facts.ts";
import type { MountRecord } from "./launch-plan.ts";
import { type Note, warning } from "./notes.ts";
import type { Preparation } from "./preparation.ts";
import { type LaunchRequest, MOUNT_NAMES } from "./request.ts";

export interface MountPlan {
  readonly mounts: readonly MountRecord[];
  readonly prepare: readonly Preparation[];
  readonly chdir: readonly string[];
  /** Value of HOME. */
  readonly home: string;
  readonly notes: readonly Note[];
}

/** Puts the mounts together; `extra` come from devices (CDI), after the files and before the caller's binds. */
export function planMounts(
  request: LaunchRequest,
  host: HostFacts,
  image: ImageFacts,
  identity: Identity,
  extra: readonly MountRecord[],
): MountPlan {
  const home = planHome(request, host, identity);
  const temporary = temporaryMounts(request);
  const scratch = scratchMounts(request);
  const binds = sortBinds(request.binds).map(userBind);
  const trees = [...home.records, ...temporary.records, ...scratch.records, ...binds].map((record) => record.target);
  const cwd = request.docker ? dockerCwd(request, image) : planCwd(request, host, home.target, trees);
  const mounts = [
    ...devices(request, host),
    ...(request.contain && request.docker ? [] : hostFileMounts(request)),
    ...systemMounts(request),
    ...inOrder(home.records, temporary.records),
    ...scratch.records,
    ...accountFileMounts(request, host, image, identity, home.target),
    ...extra,
    ...binds,
    ...cwd.records,
  ];
  return {
    mounts,
    prepare: [...home.prepare, ...temporary.prepare, ...scratch.prepare],
    chdir: cwd.candidates,
    home: home.target,
    notes: [...home.notes, ...unknownNames(request)],
  };
}

function devices(request: LaunchRequest, host: HostFacts): MountRecord[] {
  if (request.noMount.includes("dev")) return [];
  const minimal = request.contain || request.docker;
  const pts = !request.noMount.includes("devpts");
  // In the host's /dev nothing is made: where it has no place for queues, there is none in the container.
  const ipc = request.ipc && (minimal || host.kind("/dev/mqueue") === "dir");
  return deviceMounts({ minimal, pts, ipc, shmSize: request.tmpfsSize });
}

function systemMounts(request: LaunchRequest): MountRecord[] {
  const records: MountRecord[] = [];
  if (!request.noMount.includes("proc")) records.push({ op: "proc", target: "/proc" });
  if (!request.noMount.includes("sys")) records.push({ op: "sysfs", target: "/sys" });
  return records;
}

interface Made {
  readonly records: readonly MountRecord[];
  readonly prepare: readonly Preparation[];
}

function temporaryMounts(request: LaunchRequest): Made {
  if (request.noMount.includes("tmp") || request.docker) return { records: [], prepare: [] };
  const dirs = [
    { target: "/tmp", name: "tmp" },
    { target: "/var/tmp", name: "var_tmp" },
  ];
  const { contain, workdir, tmpfsSize } = request;
  if (contain && workdir !== undefined) {
    const sources = dirs.map(({ target, name }) => ({ target, source: posix.join(workdir, name) }));
    return {
      records: sources.map(({ target, source }) => ({ op: "bind", source, target, flags: ["rw"] })),
      prepare: sources.map(({ source }) => ({ path: source, mode: 0o1777 })),
    };
  }
  const records = dirs.map(({ target }): MountRecord => {
    if (contain) return { op: "tmpfs", target, size: tmpfsSize, mode: 0o1777 };
    return { op: "bind", source: target, target, flags: ["rw", "try"] };
  });
  return { records, prepare: [] };
}

function scratchMounts(request: LaunchRequest): Made {
  const { workdir, scratch, tmpfsSize } = request;
  if (workdir === undefined) {
    return { records: scratch.map((target) => ({ op: "tmpfs", target, size: tmpfsSize, mode: 0o700 })), prepare: [] };
  }
  const sources = scratch.map((target) => ({ target, source: posix.join(workdir, "scratch", target) }));
  return {
    records: sources.map(({ target, source }) => ({ op: "bind", source, target, flags: ["rw"] })),
    prepare: sources.map(({ source }) => ({ path: source, mode: 0o700 })),
  };
}

// A home below /tmp would be hidden by /tmp when it came first.
function inOrder(home: readonly MountRecord[], temporary: readonly MountRecord[]): MountRecord[] {
  const below = home.some(({ target }) => temporary.some((record) => target.startsWith(`${record.target}/`)));
  return below ? [...temporary, ...home] : [...home, ...temporary];
}

function userBind(bind: BindRequest): MountRecord {
  return { op: "bind", source: bind.source, target: bind.target, flags: [bind.readonly ? "ro" : "rw"] };
}

// Docker makes a missing WORKDIR.
function dockerCwd(request: LaunchRequest, image: ImageFacts): { records: MountRecord[]; candidates: string[] } {
  const dir = request.cwd ?? dockerDirectory(image.config);
  return { records: dir === "/" ? [] : [{ op: "dir", target: dir, mode: 0o755 }], candidates: [dir] };
}

/** The start directory that an image's configuration names; a relative one begins at the root, as with Docker. */
export function dockerDirectory(config: RuntimeConfig | undefined): string {
  return posix.resolve("/", config?.WorkingDir ?? "");
}

function unknownNames(request: LaunchRequest): Note[] {
  const known: readonly string[] = MOUNT_NAMES;
  return request.noMount
    .filter((name) => !known.includes(name) && !name.startsWith("/"))
    .map((name) => warning(`Ignoring unknown mount type '${name}'`));
}
