// What registries are shown when images are pulled for services: read from the site's files before every pull, so that a new
// password counts at once and none is kept in memory.

import { reasonOf } from "../../base/errors.ts";
import { parseReference } from "../../oci/reference.ts";
import { readPrivateFile } from "../../platform/private-file.ts";
import type { RegistryCredentials } from "../../services/stacks/types.ts";
import type { RegistriesConfig } from "../../site/services/registries.ts";
import { fail } from "../errors.ts";

const MAX_BYTES = 16 * 1024;

/** @throws E_SERVE_REGISTRY_LOGIN, of a file that is missing or that others may read */
export function registryLogins(config: () => RegistriesConfig): RegistryCredentials {
  return async (reference) => {
    const { registry } = parseReference(reference);
    const login = config().get(registry);
    return login && { user: login.user, password: await passwordIn(login.passwordFile, registry) };
  };
}

async function passwordIn(path: string, registry: string): Promise<string> {
  let why = "it does not exist";
  try {
    const text = await readPrivateFile(path, MAX_BYTES);
    if (text !== undefined) return text.replace(/\r?\n$/, "");
  } catch (error) {
    why = reasonOf(error);
  }
  throw fail("E_SERVE_REGISTRY_LOGIN", { path, registry, why });
}
