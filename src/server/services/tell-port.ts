// What lists say of a published port: its name in the site's zone, and from where it can be reached.

import { classOfPort } from "../../policy/port-class.ts";
import { serviceName } from "../../services/dns/zone.ts";
import type { Tellers } from "../../services/stacks/parts.ts";
import type { ServicesConfig } from "../../site/services/services.ts";

export function tellPort(config: () => ServicesConfig): NonNullable<Tellers["port"]> {
  return (stack, service, host) => {
    const { dns, policy } = config();
    return {
      name: dns && serviceName(dns, stack, service),
      reach: classOfPort(host, "tcp", policy)?.class.reach ?? "site",
    };
  };
}
