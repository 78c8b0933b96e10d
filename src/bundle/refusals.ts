// Properties of a bundle that berth cannot honour. A runtime must refuse a container when it cannot apply a property (OCI runtime
// specification, runtime.md, "Create"); what is passed over here without a word has no effect without privileges. Pure.

import { type Fields, list, record, records } from "./fields.ts";

/** A property that is set, and why it cannot be honoured. */
export interface Refusal {
  /** Its place in config.json. */
  readonly name: string;
  readonly why: string;
}

const PRIVILEGES = "it takes privileges that ordinary users do not have";
const NOT_OFFERED = "berth does not offer it";
const BATCH = "limits are the batch system's, or of berth exec --memory and the like";

/** Places in config.json, and why something there is refused. */
const PLACES: readonly (readonly [path: string, why: string])[] = [
  ["domainname", NOT_OFFERED],
  ["process.apparmorProfile", NOT_OFFERED],
  ["process.selinuxLabel", NOT_OFFERED],
  ["process.scheduler", NOT_OFFERED],
  ["process.ioPriority", NOT_OFFERED],
  ["process.execCPUAffinity", NOT_OFFERED],
  ["linux.sysctl", PRIVILEGES],
  ["linux.mountLabel", PRIVILEGES],
  ["linux.intelRdt", PRIVILEGES],
  ["linux.timeOffsets", PRIVILEGES],
  ["linux.memoryPolicy", NOT_OFFERED],
  ["linux.netDevices", PRIVILEGES],
  ["solaris", "it is for another system"],
  ["windows", "it is for another system"],
  ["vm", "it is for another kind of runtime"],
  ["zos", "it is for another system"],
];

const HOOKS = ["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"] as const;

/** What of a configuration is refused. @throws Unfit for properties of the wrong kind */
export function refusals(config: Fields): Refusal[] {
  const linux = record(config["linux"], "linux");
  const found = PLACES.filter(([path]) => isSet(at(config, path))).map(([name, why]) => ({ name, why }));
  return [...found, ...hookRefusals(config), ...namespaceRefusals(linux), ...linuxRefusals(linux)];
}

function hookRefusals(config: Fields): Refusal[] {
  const hooks = record(config["hooks"], "hooks");
  const set = HOOKS.filter((name) => list(hooks[name], `hooks.${name}`).length > 0);
  const why = "programs of others are not run while a container is made";
  return set.map((name) => ({ name: `hooks.${name}`, why }));
}

function namespaceRefusals(linux: Fields): Refusal[] {
  return records(linux["namespaces"], "linux.namespaces").flatMap(({ type, path }): Refusal[] => {
    if (path !== undefined && path !== "")
      return [{ name: "linux.namespaces.path", why: `the ${String(type)} namespace of others cannot be entered` }];
    return type === "time" ? [{ name: "linux.namespaces.time", why: NOT_OFFERED }] : [];
  });
}

function linuxRefusals(linux: Fields): Refusal[] {
  const refused: Refusal[] = [];
  if (hasLimits(record(linux["resources"], "linux.resources"))) refused.push({ name: "linux.resources", why: BATCH });
  const seccomp = record(linux["seccomp"], "linux.seccomp");
  const filters = list(seccomp["syscalls"], "linux.seccomp.syscalls").length > 0;
  if (isSet(linux["seccomp"]) && (filters || seccomp["defaultAction"] !== "SCMP_ACT_ALLOW"))
    refused.push({ name: "linux.seccomp", why: NOT_OFFERED });
  const propagation = linux["rootfsPropagation"];
  if (propagation === "shared" || propagation === "rshared")
    refused.push({ name: "linux.rootfsPropagation", why: "mounts in a container never reach the host" });
  const domain = record(linux["personality"], "linux.personality")["domain"];
  if (domain !== undefined && domain !== "LINUX") refused.push({ name: "linux.personality", why: NOT_OFFERED });
  return refused;
}

// Rules for devices are kept by themselves: a container has the devices that it is given, and can make none.
function hasLimits(resources: Fields): boolean {
  return Object.entries(resources).some(([name, value]) => name !== "devices" && isSet(value));
}

function at(config: Fields, path: string): unknown {
  let value: unknown = config;
  for (const name of path.split("."))
    value = typeof value === "object" && value !== null ? (value as Fields)[name] : undefined;
  return value;
}

// Without recursion: a document may be nested as deep as it is long.
function isSet(value: unknown): boolean {
  const left: unknown[] = [value];
  while (left.length > 0) {
    const one = left.pop();
    if (one === undefined || one === null || one === "" || one === false) continue;
    if (typeof one !== "object") return true;
    for (const part of Object.values(one)) left.push(part);
  }
  return false;
}
