// Logging in to a registry: the credential is shown to the server before it is stored. Also the list of what is stored.

import { errnoOf } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import { parseHost } from "../reference.ts";
import { answerFailure } from "../registry/answer-failure.ts";
import { discard } from "../registry/body.ts";
import { makeWire, type RegistryOptions } from "../registry/client.ts";
import { openSession } from "../registry/session.ts";
import { keyName } from "./auth-file.ts";
import { readAuthFile } from "./credentials.ts";
import { fail } from "./errors.ts";

/** The registry that `docker://HOST` or `oras://HOST` names, in the form of references. @throws E_LOGIN_URI, E_REFERENCE_… */
export function parseRegistryUri(text: string): string {
  const host = /^(?:docker|oras):\/\/([^/]+)\/*$/.exec(text)?.[1];
  if (host === undefined) throw fail("E_LOGIN_URI", { text });
  return parseHost(host);
}

/** A user name and a password to be checked. */
export interface Login {
  readonly username: string;
  readonly password: string;
}

/** A user name that Basic can carry. @throws E_LOGIN_USER */
export function requireUser(username: string | undefined): string {
  // RFC 7617: the first colon ends the user name.
  if (!username || /[:\0\r\n]/.test(username)) throw fail("E_LOGIN_USER");
  return username;
}

/** A login whose password a header can carry. @throws E_LOGIN_PASSWORD, E_LOGIN_PASSWORD_FORM */
export function requireLogin(username: string, password: string): Login {
  if (!password) throw fail("E_LOGIN_PASSWORD");
  if (/[\0\r\n]/.test(password)) throw fail("E_LOGIN_PASSWORD_FORM", { why: "it has a line end or a NUL in it" });
  return { username, password };
}

/**
 * Asks the registry whether it takes a login.
 *
 * @throws E_AUTH_REFUSED and whatever keeps the registry from answering
 */
export async function checkLogin(
  registry: string,
  login: Login,
  options: RegistryOptions & { readonly log: Log; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const wire = makeWire(options);
  try {
    const credential = { kind: "password", ...login, source: "this login" } as const;
    const session = openSession(wire, async () => credential, {
      host: registry,
      named: true,
      insecure: options.insecure ?? false,
    });
    const what = `login to ${registry}`;
    const request = { method: "GET", path: "", headers: {}, repository: "", what, signal: options.signal } as const;
    const { response, source } = await session.request(request);
    if (response.status !== 200) {
      throw await answerFailure(response, { what, host: registry, kind: "login", source }, wire.clock.now());
    }
    await discard(response.body);
    if (source === undefined) options.log.warn(`${registry} did not ask for a login; it could not be checked`);
  } finally {
    await wire.transport.close();
  }
}

/** A registry that a file has a login for. */
export interface StoredRegistry {
  /** `docker://HOST` */
  readonly uri: string;
  /** False: it was logged in to with --no-https. */
  readonly secure: boolean;
}

/** The registries of one file, sorted; none when there is no such file. @throws E_AUTHFILE_INVALID */
export async function listLogins(path: string): Promise<readonly StoredRegistry[]> {
  const file = await readAuthFile(path).catch((error: unknown) => {
    if (error instanceof Error && errnoOf(error.cause) === "ENOENT") return undefined;
    throw error;
  });
  if (file === undefined) return [];
  const names = new Map<string, boolean>();
  for (const [key, entry] of file.auths) names.set(keyName(key), entry["insecure"] !== true);
  for (const key of file.helpers.keys()) names.set(keyName(key), true);
  return [...names].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, secure]) => ({ uri: `docker://${name}`, secure }));
}
