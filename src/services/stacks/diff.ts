// What would change, service by service and field by field. Pure.

import type { ServiceSpec, StackSpec } from "../../recipe/stack/types.ts";
import { canonical } from "../driver/config-digest.ts";
import type { ServiceDiff, StackDiff } from "./types.ts";

/** Fields that are brought about without a new container. */
const ADJUSTED = new Set(["replicas", "update", "idle", "dependsOn", "pull", "expose", "authenticated", "writeAudit"]);

/** From what was deployed (undefined: nothing) to what would be. */
export function diffStacks(before: StackSpec | undefined, after: StackSpec): StackDiff {
  const names = new Set([...(before?.services ?? []), ...after.services].map(({ name }) => name));
  const services = [...names].sort().map((name) => diffService(name, find(before, name), find(after, name)));
  const rest = before !== undefined && canonical({ ...before, services: [] }) === canonical({ ...after, services: [] });
  return { stack: after.name, services, same: rest && services.every(({ change }) => change === "same") };
}

function find(spec: StackSpec | undefined, name: string): ServiceSpec | undefined {
  return spec?.services.find((one) => one.name === name);
}

function diffService(service: string, before: ServiceSpec | undefined, after: ServiceSpec | undefined): ServiceDiff {
  const fields = [...differences(before, after, "")];
  if (!before) return { service, change: "added", fields };
  if (!after) return { service, change: "removed", fields };
  if (fields.length === 0) return { service, change: "same", fields };
  const replaced = fields.some(({ pointer }) => !ADJUSTED.has(pointer.split("/")[1] ?? ""));
  return { service, change: replaced ? "replaced" : "adjusted", fields };
}

function* differences(before: unknown, after: unknown, pointer: string): Generator<ServiceDiff["fields"][number]> {
  if (canonical({ value: before }) === canonical({ value: after })) return;
  if (!isRecord(before) || !isRecord(after)) {
    yield { pointer, before, after };
    return;
  }
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  for (const key of [...keys].sort()) yield* differences(before[key], after[key], `${pointer}/${escapedKey(key)}`);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function escapedKey(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}
