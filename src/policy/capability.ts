// Names of capabilities, in every spelling that engines take.

/** The names in one spelling: capitals, without `CAP_`. */
export function addedCapabilities(names: readonly string[]): readonly string[] {
  return names.map(plain);
}

/** True when `ALL` is among those dropped. */
export function dropsAll(names: readonly string[]): boolean {
  return names.map(plain).includes("ALL");
}

function plain(name: string): string {
  return name.trim().toUpperCase().replace(/^CAP_/, "");
}
