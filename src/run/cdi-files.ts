// The CDI specifications of the host, read from their folders. A file that cannot be understood is passed over with a warning: it must
// not stand in the way of other vendors' devices.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { reasonOf } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import type { PlacedSpec } from "./cdi-edits.ts";
import { parseCdiSpec } from "./cdi-spec.ts";

/** Where specifications are when nobody says otherwise; the later folder counts more (CDI, "spec directories"). */
export const CDI_DIRS = ["/etc/cdi", "/var/run/cdi"] as const;

const MAX_SPEC_BYTES = 4 * 1024 * 1024;
const MAX_FILES = 1_000;

/** The specifications of these folders, in their order. */
export async function readSpecs(dirs: readonly string[], log: Log): Promise<PlacedSpec[]> {
  const specs: PlacedSpec[] = [];
  for (const [rank, dir] of dirs.entries()) {
    for (const path of specFiles(dir)) {
      const spec = await readSpec(path);
      if (typeof spec === "string") log.warn(`Ignoring the CDI specification ${path}: ${spec}`);
      else specs.push({ ...spec, path, rank });
    }
  }
  return specs;
}

async function readSpec(path: string): Promise<ReturnType<typeof parseCdiSpec>> {
  try {
    const info = statSync(path);
    if (!info.isFile()) return "it is no file";
    if (info.size > MAX_SPEC_BYTES) return `it is larger than ${MAX_SPEC_BYTES} bytes`;
    const text = readFileSync(path, "utf8");
    if (path.endsWith(".json")) return parseCdiSpec(JSON.parse(text));
    const { parse } = await import("../base/yaml.ts");
    return parseCdiSpec(parse(text, { maxAliasCount: 100 }));
  } catch (error) {
    return reasonOf(error);
  }
}

function specFiles(dir: string): string[] {
  try {
    const names = readdirSync(dir).filter((name) => /\.(json|ya?ml)$/.test(name));
    return names
      .sort()
      .slice(0, MAX_FILES)
      .map((name) => join(dir, name));
  } catch {
    return [];
  }
}
