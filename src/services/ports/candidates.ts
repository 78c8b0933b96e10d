// Which ports of the host a service may be given, the best first (spec/services.md 2.4): its usual port when that is open as far
// as services of its kind should be reached and no farther; else one of a range, in no order that others would guess.

import { type PolicyConfig, type PortRange, REACHES, type Reach } from "../../policy/config.ts";
import { classOfPort } from "../../policy/port-class.ts";

/** What a port is wanted for. */
export interface PortNeed {
  readonly service: string;
  readonly container: number;
  readonly protocol: "tcp" | "udp";
}

/** Where a site that opens no classes has its services. */
const WITHOUT_CLASSES: PortRange = { first: 20_000, last: 29_999 };

/** `random` answers like Math.random. */
export function* portCandidates(need: PortNeed, policy: PolicyConfig, random: () => number): Generator<number> {
  const reach = reachOf(need.service, policy);
  if (isUsual(need, reach, policy)) yield need.container;
  for (const range of rangesFor(need, reach, policy)) {
    const length = range.last - range.first + 1;
    const start = Math.floor(random() * length);
    for (let i = 0; i < length; i++) yield range.first + ((start + i) % length);
  }
}

function reachOf(service: string, { serviceTypes }: PolicyConfig): Reach {
  return serviceTypes.get(service.split("-")[0] ?? "")?.reach ?? "site";
}

function isUsual({ container, protocol }: PortNeed, reach: Reach, policy: PolicyConfig): boolean {
  if (container < 1024 || policy.proxyPorts.includes(container)) return false;
  const classed = classOfPort(container, protocol, policy);
  return classed !== undefined && reachesNoFarther(classed.class.reach, reach);
}

// Single ports of a class are other services' usual ones. The widest class that is still right comes first.
function rangesFor({ protocol }: PortNeed, reach: Reach, { portClasses }: PolicyConfig): readonly PortRange[] {
  if (portClasses.size === 0) return [WITHOUT_CLASSES];
  const right = [...portClasses.values()].filter(
    (one) => one.protocol === protocol && reachesNoFarther(one.reach, reach),
  );
  const widestFirst = right.sort((a, b) => REACHES.indexOf(b.reach) - REACHES.indexOf(a.reach));
  return widestFirst.flatMap(({ ports }) => ports.filter(({ first, last }) => last > first));
}

function reachesNoFarther(a: Reach, b: Reach): boolean {
  // A service for its stack alone that publishes a port all the same is meant for the site at most.
  return REACHES.indexOf(a) <= Math.max(REACHES.indexOf(b), REACHES.indexOf("site"));
}
