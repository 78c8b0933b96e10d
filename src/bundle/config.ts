// The configuration of a bundle (OCI runtime specification 1.x, config.md), parsed: what berth can do something with, and the names of
// what it cannot honour. Pure.

import {
  absolutePath,
  type Fields,
  flag,
  id,
  list,
  optionalText,
  record,
  records,
  text,
  texts,
  Unfit,
  whole,
} from "./fields.ts";
import { type Refusal, refusals } from "./refusals.ts";

/** A mount of the container. */
export interface BundleMount {
  readonly destination: string;
  readonly type: string;
  readonly source: string;
  readonly options: readonly string[];
}

/** A range of ids. */
export interface IdMapping {
  readonly containerID: number;
  readonly hostID: number;
  readonly size: number;
}

/** The program. */
export interface BundleProcess {
  readonly args: readonly string[];
  readonly env: readonly string[];
  readonly cwd: string;
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
  readonly umask: number | undefined;
  readonly terminal: boolean;
  /** Effective capabilities, or those of the bounding set. */
  readonly capabilities: readonly string[];
  readonly rlimits: readonly {
    readonly name: string;
    readonly soft: number | undefined;
    readonly hard: number | undefined;
  }[];
  readonly oomScoreAdj: number | undefined;
}

export type NamespaceType = "pid" | "network" | "mount" | "ipc" | "uts" | "user" | "cgroup";

/** A device that shall be in the container. */
export interface BundleDevice {
  readonly path: string;
  readonly major: number;
  readonly minor: number;
}

/** A configuration. */
export interface BundleConfig {
  readonly ociVersion: string;
  readonly root: { readonly path: string; readonly readonly: boolean };
  readonly process: BundleProcess;
  readonly hostname: string | undefined;
  readonly mounts: readonly BundleMount[];
  readonly annotations: Readonly<Record<string, string>>;
  readonly namespaces: ReadonlySet<NamespaceType>;
  readonly uidMappings: readonly IdMapping[];
  readonly gidMappings: readonly IdMapping[];
  readonly devices: readonly BundleDevice[];
  readonly maskedPaths: readonly string[];
  readonly readonlyPaths: readonly string[];
  /** What is set and cannot be honoured. */
  readonly refused: readonly Refusal[];
}

const NAMESPACES: readonly string[] = ["pid", "network", "mount", "ipc", "uts", "user", "cgroup"];

/** The configuration in a JSON document, or why it is none. */
export function parseBundleConfig(document: unknown): BundleConfig | string {
  try {
    return readConfig(document);
  } catch (error) {
    if (error instanceof Unfit) return error.message;
    throw error;
  }
}

function readConfig(document: unknown): BundleConfig {
  const config = record(document, "it");
  const ociVersion = text(config["ociVersion"], "ociVersion");
  if (!/^1\.\d+\.\d+/.test(ociVersion)) throw new Unfit(`its ociVersion is ${ociVersion.slice(0, 40)}; known is 1.x`);
  const root = record(config["root"], "root");
  const linux = record(config["linux"], "linux");
  const annotations = Object.entries(record(config["annotations"], "annotations"));
  return {
    ociVersion,
    root: { path: text(root["path"], "root.path"), readonly: flag(root["readonly"], "root.readonly") },
    process: readProcess(record(config["process"], "process")),
    hostname: optionalText(config["hostname"], "hostname") || undefined,
    mounts: records(config["mounts"], "mounts").map(readMount),
    annotations: Object.fromEntries(annotations.map(([name, value]) => [name, text(value, `annotations.${name}`)])),
    ...readLinux(linux),
    refused: refusals(config),
  };
}

function readProcess(process: Fields): BundleProcess {
  const args = texts(process["args"], "process.args");
  if (args.length === 0) throw new Unfit("process.args names no program");
  const user = record(process["user"], "process.user");
  const capabilities = record(process["capabilities"], "process.capabilities");
  const { umask } = user;
  const { oomScoreAdj } = process;
  return {
    args,
    env: texts(process["env"], "process.env"),
    cwd: absolutePath(process["cwd"], "process.cwd"),
    uid: id(user["uid"] ?? 0, "process.user.uid"),
    gid: id(user["gid"] ?? 0, "process.user.gid"),
    groups: list(user["additionalGids"], "process.user.additionalGids").map((gid) =>
      id(gid, "process.user.additionalGids"),
    ),
    umask: umask === undefined ? undefined : whole(umask, "process.user.umask", 0, 0o777),
    terminal: flag(process["terminal"], "process.terminal"),
    capabilities: texts(capabilities["effective"] ?? capabilities["bounding"], "process.capabilities"),
    rlimits: records(process["rlimits"], "process.rlimits").map(readLimit),
    oomScoreAdj: oomScoreAdj === undefined ? undefined : whole(oomScoreAdj, "process.oomScoreAdj", -1000, 1000),
  };
}

const LIMITS =
  /^RLIMIT_(AS|CORE|CPU|DATA|FSIZE|LOCKS|MEMLOCK|MSGQUEUE|NICE|NOFILE|NPROC|RSS|RTPRIO|RTTIME|SIGPENDING|STACK)$/;

function readLimit(limit: Fields): BundleProcess["rlimits"][number] {
  const name = LIMITS.exec(text(limit["type"], "process.rlimits.type"))?.[1];
  if (name === undefined) throw new Unfit("process.rlimits.type is no limit of Linux");
  return { name: name.toLowerCase(), soft: limitValue(limit["soft"]), hard: limitValue(limit["hard"]) };
}

// The largest number of 64 bits means "no limit", and does not fit into a number of JavaScript.
function limitValue(value: unknown): number | undefined {
  if (typeof value !== "number" || value < 0 || Number.isNaN(value))
    throw new Unfit("process.rlimits: a limit is no number");
  return value > Number.MAX_SAFE_INTEGER ? undefined : Math.floor(value);
}

function readMount(mount: Fields, index: number): BundleMount {
  const where = `mounts[${index}]`;
  const destination = absolutePath(mount["destination"], `${where}.destination`);
  if (destination === "/") throw new Unfit(`${where}.destination is the root`);
  const type = optionalText(mount["type"], `${where}.type`) ?? "";
  const source = optionalText(mount["source"], `${where}.source`) ?? "";
  return { destination, type, source, options: texts(mount["options"], `${where}.options`) };
}

type LinuxPart = Pick<
  BundleConfig,
  "namespaces" | "uidMappings" | "gidMappings" | "devices" | "maskedPaths" | "readonlyPaths"
>;

function readLinux(linux: Fields): LinuxPart {
  const types = records(linux["namespaces"], "linux.namespaces").map((one) =>
    text(one["type"], "linux.namespaces.type"),
  );
  const paths = (name: string) =>
    texts(linux[name], `linux.${name}`).map((path) => absolutePath(path, `linux.${name}`));
  return {
    namespaces: new Set(types.filter((type): type is NamespaceType => NAMESPACES.includes(type))),
    uidMappings: records(linux["uidMappings"], "linux.uidMappings").map(readMapping),
    gidMappings: records(linux["gidMappings"], "linux.gidMappings").map(readMapping),
    devices: records(linux["devices"], "linux.devices").map(readDevice),
    maskedPaths: paths("maskedPaths"),
    readonlyPaths: paths("readonlyPaths"),
  };
}

function readMapping(map: Fields): IdMapping {
  const where = "linux.uidMappings or gidMappings";
  const size = whole(map["size"], where, 1, 2 ** 32 - 1);
  return { containerID: id(map["containerID"] ?? 0, where), hostID: id(map["hostID"] ?? 0, where), size };
}

function readDevice(device: Fields): BundleDevice {
  const number = (name: string) => whole(device[name] ?? 0, `linux.devices.${name}`, 0, 2 ** 32 - 1);
  return { path: absolutePath(device["path"], "linux.devices.path"), major: number("major"), minor: number("minor") };
}
