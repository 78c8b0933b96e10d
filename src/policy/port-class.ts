// Which class of the site's table a host port belongs to.

import type { PolicyConfig, PortClass, PortRange } from "./config.ts";

export interface ClassedPort {
  readonly name: string;
  readonly class: PortClass;
}

/** The class that opens a port the widest; undefined: it is closed. */
export function classOfPort(port: number, protocol: string, { portClasses }: PolicyConfig): ClassedPort | undefined {
  for (const reach of ["world", "partners", "site"]) {
    for (const [name, one] of portClasses)
      if (one.reach === reach && one.protocol === protocol && one.ports.some((range) => holds(range, port)))
        return { name, class: one };
  }
  return undefined;
}

/** `8080, 60000-60050`. */
export function formatRanges(ranges: readonly PortRange[]): string {
  return ranges.map(({ first, last }) => (first === last ? String(first) : `${first}-${last}`)).join(", ");
}

/** True for an address that only the machine itself can connect to. */
export function isLoopback(address: string | undefined): boolean {
  return address !== undefined && /^(127\.\d+\.\d+\.\d+|\[?::1\]?|localhost)$/.test(address);
}

function holds({ first, last }: PortRange, port: number): boolean {
  return first <= port && port <= last;
}
