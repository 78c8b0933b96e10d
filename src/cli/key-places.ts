// Which keyring and which key server a command means: flags, variables, defaults.

import { join } from "node:path";
import { makeWire } from "../oci/registry/client.ts";
import { configDir, type Environment, type User } from "../platform/user.ts";
import { fail } from "../signing/errors.ts";
import { type KeyServer, keyServerUrl } from "../signing/hkp.ts";
import { type Keyring, keyringIn, SITE_KEYRING } from "../signing/keyring.ts";
import type { Context } from "./context.ts";
import type { FlagSpec } from "./flags.ts";
import { VERSION } from "./version.ts";

export const KEYS_FLAG = {
  long: "keysdir",
  short: "d",
  kind: "text",
  value: "folder",
  help: "folder of the keyring (Apptainer's, such as ~/.apptainer/keys, will do)",
} as const satisfies FlagSpec;

export const GLOBAL_FLAG = {
  long: "global",
  short: "g",
  kind: "switch",
  env: [],
  help: "the keyring of this machine, /etc/berth/keys, which its administrator may change",
} as const satisfies FlagSpec;

export const SERVER_FLAG = {
  long: "url",
  short: "u",
  kind: "text",
  value: "url",
  env: ["KEYSERVER", "URL"],
  help: "key server, such as https://keys.example.org",
} as const satisfies FlagSpec;

/** The keyring of the flags. */
export function keyringOf(
  values: { readonly keysdir?: string | undefined; readonly global?: boolean },
  { env, user }: { readonly env: Environment; readonly user: User },
): Keyring {
  if (values.global) return SITE_KEYRING;
  return keyringIn(values.keysdir ?? join(configDir(env, user), "keys"));
}

/** Does something with the named key server. @throws E_KEYSERVER_NONE, and what `use` throws */
export async function withKeyServer<T>(
  url: string | undefined,
  { env, log, signal }: Context,
  use: (server: KeyServer) => Promise<T>,
): Promise<T> {
  if (url === undefined) throw fail("E_KEYSERVER_NONE");
  const wire = makeWire({ env, log, userAgent: `berth/${VERSION}` });
  try {
    return await use({ wire, url: keyServerUrl(url), signal });
  } finally {
    await wire.transport.close();
  }
}
