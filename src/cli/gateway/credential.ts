// How a user's program proves to a gateway who calls: a credential of munge, made anew for every request, with the logins
// for registries inside; or a token of the site, where munge does not reach.

import { BerthError } from "../../base/errors.ts";
import { DEFAULT_SOCKET, encodeMunge } from "../../gateway/auth/munge.ts";
import { writeRegistryLogins } from "../../gateway/auth/registry-logins.ts";
import type { RegistryCredential } from "../../gateway/types.ts";
import type { Environment } from "../../platform/user.ts";

export interface CredentialOptions {
  readonly env: Environment;
  readonly mungeSocket: string | undefined;
  readonly logins: ReadonlyMap<string, RegistryCredential>;
  /** Without a credential public images can still be asked for. */
  readonly optional: boolean;
  readonly signal: AbortSignal;
}

/**
 * The headers of one request. `BERTH_GATEWAY_TOKEN` is a token of the site; `BERTH_GATEWAY_CREDENTIAL` is sent as it is,
 * for gateways in tests. @throws E_AUTH_NO_MUNGE, E_AUTH_MUNGE_BUSY unless it is optional
 */
export async function credentialHeaders(options: CredentialOptions): Promise<Readonly<Record<string, string>>> {
  const { env, logins, mungeSocket, optional, signal } = options;
  const given = env["BERTH_GATEWAY_TOKEN"] || env["BERTH_GATEWAY_CREDENTIAL"];
  if (given) return { authentication: given };
  try {
    const socket = mungeSocket ?? DEFAULT_SOCKET;
    return { authentication: await encodeMunge(socket, writeRegistryLogins(logins), { signal }) };
  } catch (error) {
    if (optional && error instanceof BerthError) return {};
    throw error;
  }
}
