// What the options of a volume do on an engine. The driver `local` is the kernel's mount by another name: its options can bind
// any folder of the host, or mount any disk.

import type { VolumeSpec } from "../recipe/stack/types.ts";

/** The host path that a volume's options bind; undefined when they bind none. */
export function hiddenBind(volume: VolumeSpec): string | undefined {
  const { type, device, flags } = optionsOf(volume);
  if (!isLocal(volume) || device === undefined) return undefined;
  const binds = flags.some((flag) => /^r?bind$/.test(flag)) || ["", "none", "bind"].includes(type);
  return binds ? device : undefined;
}

/** The kind of file system that options mount, when it is neither a bind nor memory; undefined: nothing else is mounted. */
export function foreignMount(volume: VolumeSpec): string | undefined {
  if (!isLocal(volume) || hiddenBind(volume) !== undefined) return undefined;
  const { type, device, flags } = optionsOf(volume);
  if (type === "tmpfs") return undefined;
  if (type === "" && device === undefined && flags.every((flag) => flag === "")) return undefined;
  return type === "" || type === "none" ? "unknown" : type;
}

/** A flag of a bind that does more than say how it is used: the mount would spread, or be another; undefined: none. */
export function oddFlag(volume: VolumeSpec): string | undefined {
  if (hiddenBind(volume) === undefined) return undefined;
  return optionsOf(volume).flags.find((flag) => !PLAIN_FLAG.test(flag) && !flag.startsWith("device="));
}

const PLAIN_FLAG = /^(|ro|rw|r?bind|r?private|no(suid|dev|exec|atime|diratime)|(rel|strict)atime)$/;

/** True for the engine's own driver, which is meant when none is named. */
export function isLocal({ driver }: VolumeSpec): boolean {
  return driver === undefined || ["", "local", "default"].includes(driver.trim().toLowerCase());
}

interface Options {
  readonly type: string;
  readonly device: string | undefined;
  readonly flags: readonly string[];
}

// Engines compare the keys as written, but a recipe must not get past this reader by spelling.
function optionsOf({ options }: VolumeSpec): Options {
  const found = new Map(Object.entries(options).map(([key, value]) => [key.trim().toLowerCase(), value.trim()]));
  const flags = (found.get("o") ?? "").split(",").map((flag) => flag.trim().toLowerCase());
  // `o=device=/etc` is one more place to hide it.
  const inFlags = /(?:^|,)\s*device=([^,]*)/i.exec(found.get("o") ?? "")?.[1];
  return { type: (found.get("type") ?? "").toLowerCase(), device: found.get("device") ?? inFlags, flags };
}
