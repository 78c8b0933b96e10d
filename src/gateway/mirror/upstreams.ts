// The registries that the mirror may ask: the site's locations, and nothing else. Knows their names, not how to talk.

import { parseHost } from "../../oci/reference.ts";
import type { GatewayConfig } from "../../site/gateway-config.ts";

/** A registry behind the mirror. */
export interface Upstream {
  /** The location's name. */
  readonly name: string;
  /** `host[:port]` as references name it: `docker.io` for the hub. */
  readonly host: string;
  /** True: its URL says http://. */
  readonly insecure: boolean;
  readonly caFile: string | undefined;
}

/** All of them. */
export interface Upstreams {
  readonly all: readonly Upstream[];
  /** The one that names without a location belong to. */
  readonly main: Upstream | undefined;
  /** By the location's name, or by its host. */
  named(name: string): Upstream | undefined;
}

/** The locations of the configuration. */
export function upstreamsOf(config: Pick<GatewayConfig, "locations" | "defaultLocation">): Upstreams {
  const all = [...config.locations.values()].map((location) => {
    const url = new URL(location.url);
    const { name, caFile } = location;
    return { name, host: parseHost(url.host), insecure: url.protocol === "http:", caFile };
  });
  const byName = new Map(all.map((upstream) => [upstream.name, upstream]));
  const byHost = new Map(all.map((upstream) => [upstream.host, upstream]));
  return {
    all,
    main: byName.get(config.defaultLocation),
    named: (name) => byName.get(name) ?? byHost.get(hostOf(name) ?? ""),
  };
}

// The hub goes by several names; what is no host at all is none of ours.
function hostOf(name: string): string | undefined {
  try {
    return parseHost(name);
  } catch {
    return undefined;
  }
}
