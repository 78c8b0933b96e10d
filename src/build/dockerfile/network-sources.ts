// The sources of ADD as a user's machine has them: proxies and certificates as everywhere, files kept in the cache. What
// they are made of is loaded when the first is asked for.

import { join } from "node:path";
import type { Transport } from "../../oci/registry/transport.ts";
import type { Environment } from "../../platform/user.ts";
import type { Sources } from "./remote-sources.ts";

/** Sources with connections of their own. */
export interface NetworkSources extends Sources {
  close(): Promise<void>;
}

/** Sources that keep what they bring below `folder`. */
export function networkSources(folder: string, env: Environment, home: string): NetworkSources {
  let transport: Promise<Transport> | undefined;
  return {
    async download(request) {
      transport ??= makeTransport(env, home);
      const { download } = await import("./downloads.ts");
      return download(request, { folder, transport: await transport, now: Date.now });
    },
    async checkout(request) {
      const { checkout } = await import("./git-checkout.ts");
      return checkout(request, { folder: join(folder, "git"), env });
    },
    close: async () => (await transport)?.close(),
  };
}

async function makeTransport(env: Environment, home: string): Promise<Transport> {
  const { certSource, defaultCertDirs } = await import("../../oci/registry/certs.ts");
  const { proxyRules } = await import("../../oci/registry/proxy.ts");
  const { DEFAULT_TIMEOUTS, httpTransport } = await import("../../oci/registry/transport.ts");
  return httpTransport({
    proxyFor: proxyRules(env),
    certs: certSource(env, defaultCertDirs(env, home)),
    timeouts: DEFAULT_TIMEOUTS,
  });
}
