// Finds the login for a registry: what the user said at this call, then the environment, then the files in their
// order. What was said at this call is meant for the registry of this call: mirrors and others never get it.

import { readFile, stat } from "node:fs/promises";
import { errnoOf, reasonOf } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import type { Environment, User } from "../../platform/user.ts";
import { type AuthFile, helperFor, parseAuthFile, storedLogin } from "./auth-file.ts";
import { type AuthPlace, authPlaces } from "./auth-places.ts";
import type { Credential, CredentialSource } from "./credential.ts";
import { askHelper } from "./credential-helper.ts";
import { fail } from "./errors.ts";

/** Where to look. */
export interface CredentialOptions {
  readonly env: Environment;
  readonly user: User;
  readonly log: Log;
  /** From the prompt of `--docker-login`, or from flags. */
  readonly login?: { readonly username: string; readonly password: string };
  /** `--authfile` */
  readonly authFile?: string;
}

/** The usual credential source of the command line. Its answers throw E_AUTHFILE_READ and E_AUTHFILE_INVALID. */
export function credentialSource(options: CredentialOptions): CredentialSource {
  const { env, log } = options;
  const files = new Map<string, Promise<AuthFile | undefined>>();
  return async (registry, repository, call) => {
    const said = call.named ? spokenLogin(options) : undefined;
    if (said) return said;
    for (const place of authPlaces(env, options.user, options.authFile)) {
      const reading = files.get(place.path) ?? readPlace(place, place.path === options.authFile, log);
      files.set(place.path, reading);
      const file = await reading;
      const found = file && (await loginFrom(file, registry, repository, { env, log, signal: call.signal }));
      if (found) return found;
    }
    return undefined;
  };
}

/** The login of flags or environment; a name and a password are taken from the same place or not at all. */
function spokenLogin({ login, env }: CredentialOptions): Credential | undefined {
  if (login) return { kind: "password", ...login, source: "--docker-login" };
  for (const prefix of ["BERTH_DOCKER_", "APPTAINER_DOCKER_", "SINGULARITY_DOCKER_", "DOCKER_"]) {
    const [username, password] = [env[`${prefix}USERNAME`], env[`${prefix}PASSWORD`]];
    if (username && password) return { kind: "password", username, password, source: `${prefix}USERNAME` };
  }
  return undefined;
}

interface Asking {
  readonly env: Environment;
  readonly log: Log;
  readonly signal: AbortSignal | undefined;
}

// A helper that fails is a warning: a configuration copied from a laptop must not stop the pull of a public image.
async function loginFrom(
  file: AuthFile,
  registry: string,
  repository: string,
  { env, log, signal }: Asking,
): Promise<Credential | undefined> {
  const helper = helperFor(file, registry, repository);
  if (helper !== undefined) {
    const outcome = await askHelper(helper, registry, { env, signal });
    if (outcome.kind === "found") return outcome.credential;
    if (outcome.kind === "failed") log.warn(`docker-credential-${helper}, named in ${file.path}: ${outcome.why}`);
  }
  return storedLogin(file, registry, repository);
}

const MAX_FILE = 1024 * 1024;

async function readPlace(place: AuthPlace, required: boolean, log: Log): Promise<AuthFile | undefined> {
  const { path } = place;
  try {
    return await readAuthFile(path);
  } catch (error) {
    const missing = ["ENOENT", "ENOTDIR"].includes(errnoOf(error instanceof Error ? error.cause : error) ?? "");
    if (missing && !required) return undefined;
    if (place.strict) throw error;
    log.warn(reasonOf(error));
    return undefined;
  }
}

/** Reads one file of logins. @throws E_AUTHFILE_READ, E_AUTHFILE_INVALID */
export async function readAuthFile(path: string): Promise<AuthFile> {
  let bytes: Uint8Array;
  try {
    const { size } = await stat(path);
    if (size > MAX_FILE) throw new Error("it is larger than 1 MiB");
    bytes = await readFile(path);
  } catch (cause) {
    throw fail(
      "E_AUTHFILE_READ",
      { path, why: errnoOf(cause) === "ENOENT" ? "no such file" : reasonOf(cause) },
      { cause },
    );
  }
  const file = parseAuthFile(path, bytes);
  if (file === undefined) throw fail("E_AUTHFILE_INVALID", { path, why: "it is not a JSON object" });
  return file;
}
