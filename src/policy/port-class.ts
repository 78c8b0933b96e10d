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

function holds({ first, last }: PortRange, port: number): boolean {
  return first <= port && port <= last;
}
