// Finds devices in the CDI specifications of the host. Loaded only when a device is asked for.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defineErrors, reasonOf } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { type DeviceEdits, type DeviceName, mergeEdits, parseDeviceName } from "./cdi-edits.ts";
import { type CdiSpec, parseCdiSpec } from "./cdi-spec.ts";

const fail = defineErrors({
  E_DEVICE: {
    text: "no CDI specification in {dirs} has the device {name}",
    hint: "known devices: {known}; specifications are made by the vendor's tool, for NVIDIA: nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml",
  },
});

/** Where specifications are when `--cdi-dirs` says nothing (CDI, "spec directories"). */
export const CDI_DIRS = ["/etc/cdi", "/var/run/cdi"] as const;

const MAX_SPEC_BYTES = 4 * 1024 * 1024;

/**
 * The edits of the named devices. A name that begins with `?` (from --nv, --rocm) may be missing, with a warning: job
 * scripts carry these flags to nodes without the hardware.
 * @throws E_DEVICE
 */
export async function findDevices(names: readonly string[], dirs: readonly string[], log: Log): Promise<DeviceEdits> {
  const searched = dirs.length > 0 ? dirs : CDI_DIRS;
  const specs = await readSpecs(searched, log);
  const optional = new Set(names.filter((name) => name.startsWith("?")).map((name) => name.slice(1)));
  const { edits, missing } = mergeEdits(
    names.map((name) => parseDeviceName(name.replace(/^\?/, ""))),
    specs,
  );
  for (const device of missing) {
    const name = fullName(device);
    const known = specs.flatMap(({ kind, devices }) =>
      [...devices.keys()].map((key) => fullName({ kind, device: key })),
    );
    if (!optional.has(name)) {
      throw fail("E_DEVICE", { name, dirs: searched.join(", "), known: known.join(", ") || "none" });
    }
    log.warn(`no CDI specification in ${searched.join(", ")} has the device ${name}: the container runs without it`);
  }
  if (edits.hooks.length > 0) log.warn(`CDI hooks are not run: ${edits.hooks.join("; ")}`);
  return edits;
}

async function readSpecs(dirs: readonly string[], log: Log): Promise<CdiSpec[]> {
  const specs: CdiSpec[] = [];
  for (const path of dirs.flatMap(specFiles)) {
    try {
      const spec = parseCdiSpec(await parseDocument(path));
      if (typeof spec === "string") log.warn(`Ignoring the CDI specification ${path}: ${spec}`);
      else specs.push(spec);
    } catch (error) {
      log.warn(`Ignoring the CDI specification ${path}: ${reasonOf(error)}`);
    }
  }
  return specs;
}

function specFiles(dir: string): string[] {
  try {
    return readdirSync(dir)
      .filter((name) => /\.(json|ya?ml)$/.test(name))
      .sort()
      .map((name) => join(dir, name));
  } catch {
    return [];
  }
}

async function parseDocument(path: string): Promise<unknown> {
  const text = readFileSync(path, "utf8");
  if (text.length > MAX_SPEC_BYTES) throw new Error(`it is larger than ${MAX_SPEC_BYTES} bytes`);
  if (path.endsWith(".json")) return JSON.parse(text);
  const { parse } = await import("../base/yaml.ts");
  return parse(text, { maxAliasCount: 100 });
}

function fullName({ kind, device }: DeviceName): string {
  return `${kind}=${device}`;
}
