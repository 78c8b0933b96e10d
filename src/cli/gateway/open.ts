// The gateways that a user's program talks to, ready to be asked.

import { type Gateways, openGateways } from "../../gateway/client/gateways.ts";
import type { RegistryCredential } from "../../gateway/types.ts";
import { certSource, defaultCertDirs } from "../../oci/registry/certs.ts";
import type { ClientConfig } from "../../site/server-config.ts";
import type { Context } from "../context.ts";
import { credentialHeaders } from "./credential.ts";

export interface OpenOptions {
  readonly logins: ReadonlyMap<string, RegistryCredential>;
  /** Public images can be asked for without a credential. */
  readonly optional: boolean;
}

/** Opens the gateways of a configuration; whoever opens them closes them. */
export function openSiteGateways({ env, user, signal }: Context, config: ClientConfig, options: OpenOptions): Gateways {
  const { mungeSocket, gateways, timeoutMs } = config;
  return openGateways({
    gateways,
    timeoutMs,
    certs: certSource(env, defaultCertDirs(env, user.home)),
    credential: () => credentialHeaders({ env, signal, mungeSocket, ...options }),
  });
}
