// Tables of a policy: a profile's with the site's changes, and ranges of ports as people write them.

import type { PortClass, PortRange } from "../../policy/config.ts";
import type { PolicyPlace } from "./policy.ts";
import type { PolicyFile } from "./policy-schema.ts";

/** The profile's table with the site's entries in it; `false` takes one away. */
export function merged<From, To>(
  base: ReadonlyMap<string, To>,
  changes: Readonly<Record<string, From | false>> | undefined,
  complete: (from: From) => To,
): ReadonlyMap<string, To> {
  const table = new Map(base);
  for (const [name, change] of Object.entries(changes ?? {})) {
    if (change === false) table.delete(name);
    else table.set(name, complete(change));
  }
  return table;
}

/** Classes of ports, their ranges read. */
export function resolvePorts(
  file: NonNullable<PolicyFile["portClasses"]>,
  { path, found }: PolicyPlace,
): ReadonlyMap<string, PortClass> {
  const classes = new Map<string, PortClass>();
  for (const [name, { ports, title, reach = "site", protocol = "tcp" }] of Object.entries(file)) {
    const ranges = ports.flatMap((text, index) => {
      const range = readRange(text);
      const at = [...path, "portClasses", name, "ports", index];
      if (!range) found.wrong(at, `is no port or range: ${text}`, "write 60000-60050");
      return range ?? [];
    });
    classes.set(name, { title, reach, protocol, ports: ranges });
  }
  return classes;
}

function readRange(text: string): PortRange | undefined {
  const [first = Number.NaN, last = first] = text.split("-").map(Number);
  return first >= 1 && first <= last && last <= 65535 ? { first, last } : undefined;
}
