// Options of a service that reach out of its container. Everything that is not known to be harmless counts.

import { fitsAny } from "./glob.ts";
import { enginePartOf, plainPath } from "./host-path.ts";
import { pointerTo } from "./pointer.ts";
import type { ServiceSubject } from "./subjects.ts";

export interface Power {
  /** As in the recipe: `pid: host`. */
  readonly option: string;
  readonly why: string;
  readonly at: string;
}

/** Every option that would lead out. */
export function powersOf(subject: ServiceSubject): readonly Power[] {
  return [...namespacePowers(subject), ...devicePowers(subject), ...loggingPowers(subject), ...enginePowers(subject)];
}

const SPACES = [
  ["pid", "pid", "it would see and stop processes that are not its own"],
  ["ipc", "ipc", "it would share memory with processes that are not its own"],
  ["uts", "uts", "it would change the name of the machine"],
  ["usernsMode", "userns_mode", "its root would be the root of the machine"],
  ["cgroup", "cgroup", "it would see and change the limits of others"],
] as const;

// What keeps the container to itself. Engines take more; whatever is not here is refused.
const OWN_SPACE = /^(|private|none|shareable|auto)$/;

function namespacePowers({ service, names }: ServiceSubject): readonly Power[] {
  const { security } = service;
  const ofStack = (value: string) => value.startsWith("service:") && names.services.has(value.slice("service:".length));
  const powers: Power[] = [];
  const add = (option: string, why: string, at: string) => powers.push({ option, why, at });
  if (security.privileged) add("privileged: true", "nothing is kept from it", "/security/privileged");
  const mode = service.networkMode?.trim() ?? "";
  if (!/^(|none)$/i.test(mode) && !ofStack(mode))
    add(`network_mode: ${mode}`, "it would use a network that is not its stack's", "/networkMode");
  for (const [key, option, why] of SPACES) {
    const value = security[key]?.trim() ?? "";
    if (!OWN_SPACE.test(value.toLowerCase()) && !ofStack(value)) add(`${option}: ${value}`, why, `/security/${key}`);
  }
  for (const [index, { name }] of service.networks.entries()) {
    const external = names.networks.get(name)?.external?.trim();
    if (external !== undefined && /^(host|container:.*|ns:.*)$/i.test(external))
      add(`network ${external}`, "it would use the network of the machine", pointerTo("/networks", index));
  }
  return powers;
}

function devicePowers({ service: { security }, policy: { allowed } }: ServiceSubject): readonly Power[] {
  const powers: Power[] = [];
  const add = (option: string, why: string, at: string) => powers.push({ option, why, at });
  for (const [index, device] of security.devices.entries()) {
    const path = plainPath(device.split(":")[0] ?? "");
    if (!fitsAny(allowed.devices, path))
      add(`device ${device}`, "the site does not lend this device", pointerTo("/security/devices", index));
  }
  const rule = security.deviceCgroupRules[0];
  if (rule !== undefined)
    add(
      `device_cgroup_rules: ${rule}`,
      "it would open devices that were not lent to it",
      "/security/deviceCgroupRules",
    );
  const gpu = security.gpus[0];
  if (gpu !== undefined && !allowed.gpus) add(`gpu ${gpu}`, "the site lends no GPUs to services", "/security/gpus");
  const { runtime, cgroupParent } = security;
  if (runtime !== undefined && runtime !== "" && !fitsAny(allowed.runtimes, runtime))
    add(`runtime: ${runtime}`, "the site does not offer this runtime", "/security/runtime");
  if (cgroupParent !== undefined && cgroupParent !== "")
    add(`cgroup_parent: ${cgroupParent}`, "it would leave the limits of its own", "/security/cgroupParent");
  return powers;
}

// Of the drivers that keep logs in the engine's own files; `path` of Podman's would be any file of the machine. Another driver
// has been allowed by the site, with what it needs.
const FILE_DRIVERS = ["", "json-file", "local", "journald", "k8s-file", "none"];
const LOG_OPTION = /^(max-size|max-file|max-buffer-size|mode|compress|size|tag|(labels|env)(-regex)?|cache-[a-z-]+)$/;

function loggingPowers({ service: { logging } }: ServiceSubject): readonly Power[] {
  if (logging === undefined || !FILE_DRIVERS.includes(logging.driver ?? "")) return [];
  return Object.keys(logging.options).flatMap((name) => {
    const at = pointerTo("/logging/options", name);
    const why = "the engine would carry it out, with its own rights";
    return LOG_OPTION.test(name) ? [] : [{ option: `logging option ${name}`, why, at }];
  });
}

function enginePowers({ mounts, facts, pointer }: ServiceSubject): readonly Power[] {
  return mounts.flatMap(({ path, written, pointer: full }) => {
    if (path === undefined || written === undefined) return [];
    const at = full.slice(pointer.length);
    const known = facts.paths?.get(written) ?? facts.paths?.get(path);
    const engine = enginePartOf(path) ?? (known && enginePartOf(plainPath(known.real)));
    if (engine !== undefined) return [{ option: `mount of ${written}`, why: `${engine} is the engine's own`, at }];
    if (known?.kind === "socket" || known?.kind === "device")
      return [{ option: `mount of ${written}`, why: `it is a ${known.kind} of the machine`, at }];
    return [];
  });
}
