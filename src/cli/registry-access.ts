// The registry client as flags, files and variables of this user set it up; made when it is first needed.

import { type RegistryClient, registryClient } from "../oci/registry/client.ts";
import type { Context } from "./context.ts";
import type { FlagValues } from "./flags.ts";
import type { SOURCE_FLAGS } from "./source-flags.ts";
import { VERSION } from "./version.ts";

export interface RegistryAccess {
  client(): Promise<RegistryClient>;
  close(): Promise<void>;
}

/** Access for one command. */
export function openRegistryClient(values: FlagValues<typeof SOURCE_FLAGS>, context: Context): RegistryAccess {
  let made: RegistryClient | undefined;
  return {
    async client() {
      made ??= registryClient({
        env: context.env,
        insecure: values["no-https"],
        log: context.log,
        userAgent: `berth/${VERSION}`,
      });
      return made;
    },
    close: async () => made?.close(),
  };
}
