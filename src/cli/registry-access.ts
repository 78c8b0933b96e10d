// The registry client as flags, files and variables of this user set it up; made when it is first needed.

import { credentialSource } from "../oci/auth/credentials.ts";
import { type RegistryClient, registryClient } from "../oci/registry/client.ts";
import { loadRegistries } from "../oci/registry/registries-conf.ts";
import type { Context } from "./context.ts";
import type { FlagValues } from "./flags.ts";
import type { SOURCE_FLAGS } from "./source-flags.ts";
import { VERSION } from "./version.ts";

type SourceValues = Pick<
  FlagValues<typeof SOURCE_FLAGS>,
  "authfile" | "docker-login" | "docker-username" | "docker-password" | "no-https"
>;

/** A client that comes into being with the first question to a registry. */
export interface RegistryAccess {
  client(): Promise<RegistryClient>;
  close(): Promise<void>;
}

/** Access for one command; with `--docker-login` the person is asked before the first request. */
export function registryAccess(values: SourceValues, context: Context): RegistryAccess {
  let made: Promise<RegistryClient> | undefined;
  return {
    client() {
      made ??= makeClient(values, context);
      return made;
    },
    close: async () => (await made)?.close(),
  };
}

async function makeClient(values: SourceValues, context: Context): Promise<RegistryClient> {
  const { env, user, log } = context;
  const login = await spokenLogin(values, context);
  const authFile = values.authfile;
  return registryClient({
    env,
    log,
    insecure: values["no-https"],
    registries: await loadRegistries(env, user.home, log),
    credentials: credentialSource({ env, user, log, ...(login ? { login } : {}), ...(authFile ? { authFile } : {}) }),
    userAgent: `berth/${VERSION}`,
  });
}

async function spokenLogin(values: SourceValues, { signal }: Context) {
  const { "docker-username": username, "docker-password": password } = values;
  if (values["docker-login"]) {
    const { promptLine } = await import("./secret-input.ts");
    return {
      username: await promptLine("Enter Docker Username: ", { hidden: false, signal }),
      password: await promptLine("Enter Docker Password: ", { hidden: true, signal }),
    };
  }
  return username && password ? { username, password } : undefined;
}
