// The part `services.registries` of site.yaml: what registries are shown when images are pulled for services.

import { type Static, Type } from "typebox";
import { BerthError } from "../../base/errors.ts";
import { parseReference } from "../../oci/reference.ts";
import type { Path } from "../config-document.ts";
import type { Findings } from "../findings.ts";
import { about, closed } from "../schema-words.ts";

const LOGIN_SCHEMA = Type.Object(
  {
    user: Type.String({ minLength: 1, maxLength: 256, ...about("name of the account") }),
    passwordFile: Type.String({
      minLength: 1,
      ...about("file with its password or token, which nobody but the server may read", "/etc/berth/registry-password"),
    }),
  },
  closed,
);

/** What may stand under `services.registries`. */
export const REGISTRIES_SCHEMA = Type.Record(
  Type.String({ pattern: "^\\S+$", description: "host of a registry, with its port if it has one" }),
  LOGIN_SCHEMA,
  about("accounts that images are pulled with; whoever may deploy may run what they may read"),
);

/** Accounts by registry, as references name it: `docker.io` for the hub. */
export type RegistriesConfig = ReadonlyMap<string, RegistryLogin>;

export interface RegistryLogin {
  readonly user: string;
  /** Path of a file, read before every pull. */
  readonly passwordFile: string;
}

/** Completes and checks the part; `at` makes paths absolute. */
export function resolveRegistries(
  file: Static<typeof REGISTRIES_SCHEMA> = {},
  { path, at, found }: { readonly path: Path; readonly at: (relative: string) => string; readonly found: Findings },
): RegistriesConfig {
  const logins = new Map<string, RegistryLogin>();
  for (const [host, { user, passwordFile }] of Object.entries(file)) {
    const registry = registryOf(host);
    if (registry === undefined)
      found.wrong([...path, host], "is no host of a registry", "write it as HOST or HOST:PORT");
    else if (user.includes(":"))
      found.wrong([...path, host, "user"], "has a colon in it", "no registry takes such a name");
    else logins.set(registry, { user, passwordFile: at(passwordFile) });
  }
  return logins;
}

// As references mean it: with a dot, a port or `localhost`, and with one name for the hub.
function registryOf(host: string): string | undefined {
  try {
    const { registry, repository } = parseReference(`${host}/x/y`);
    return repository === "x/y" ? registry : undefined;
  } catch (error) {
    if (error instanceof BerthError) return undefined;
    throw error;
  }
}
