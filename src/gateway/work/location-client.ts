// The registry client for a location of the gateway: its certificate authority, plain HTTP where its url says so, and
// either nobody's or one person's login. Nothing of the gateway account's own logins or registries.conf has a part in it.

import type { Log } from "../../base/log.ts";
import type { CredentialSource } from "../../oci/auth/credential.ts";
import { type RegistryClient, registryClient } from "../../oci/registry/client.ts";
import { bareHost, isLoopback } from "../../oci/registry/proxy.ts";
import type { RetryPolicy } from "../../oci/registry/retry.ts";
import type { Timeouts } from "../../oci/registry/transport.ts";
import type { LocationConfig } from "../../site/gateway-config.ts";
import type { RegistryCredential } from "../types.ts";
import { locationHost } from "./image-reference.ts";
import { waysOut } from "./ways-out.ts";

/** How patient the client is. */
export interface LocationPatience {
  readonly timeouts?: Partial<Timeouts> | undefined;
  readonly retry?: Partial<RetryPolicy> | undefined;
}

/** A client for one location; `credential` undefined: it asks as nobody. Close it when done. */
export function locationClient(
  location: LocationConfig,
  credential: RegistryCredential | undefined,
  { log, timeouts, retry }: LocationPatience & { readonly log: Log },
): RegistryClient {
  const host = locationHost(location);
  return registryClient({
    // The machine's certificates and proxies count, but nothing that lies in the gateway account's home.
    env: waysOut(process.env),
    certDirs: ["/etc/containers/certs.d", "/etc/docker/certs.d"],
    authorities: location.caFile === undefined ? new Map() : new Map([[host, location.caFile]]),
    insecure: new URL(location.url).protocol === "http:",
    credentials: loginOf(host, credential),
    log,
    userAgent: "berth-gateway",
    ...(timeouts ? { timeouts } : {}),
    ...(retry ? { retry } : {}),
  });
}

/** Whether a login may be sent there: over TLS, or on this machine. */
export function maySendLogin({ url }: LocationConfig): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "https:" || isLoopback(bareHost(hostname));
}

function loginOf(host: string, credential: RegistryCredential | undefined): CredentialSource {
  return async (registry, _repository, { named }) => {
    if (credential === undefined || registry !== host || !named) return undefined;
    const { user: username, password } = credential;
    return { kind: "password", username, password, source: "this request" };
  };
}
