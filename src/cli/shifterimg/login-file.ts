// Shifter's file of logins, `~/.udiRoot/.cred`: lines `system:location=CREDENTIAL`, where the credential is munge's around
// `user:password`: only this user on machines with this munge key can read it. Knows nothing of gateways.

import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { errnoOf, reasonOf } from "../../base/errors.ts";
import { publishFile } from "../../base/publish.ts";
import { parseKeyLines } from "../../site/udi-root.ts";
import { fail } from "./errors.ts";

/** A line of the file. */
export interface StoredLogin {
  readonly system: string;
  readonly location: string;
  /** As munge made it. */
  readonly credential: string;
}

/** The file of the user with that home. */
export function loginFile(home: string): string {
  return join(home, ".udiRoot", ".cred");
}

/** The logins of a file; none when there is no file. Lines of another form are left out. */
export async function readLogins(path: string): Promise<readonly StoredLogin[]> {
  try {
    return parseLogins(await readFile(path, "utf8"));
  } catch (cause) {
    if (errnoOf(cause) === "ENOENT" || errnoOf(cause) === "ENOTDIR") return [];
    throw fail("E_SHIFTERIMG_LOGIN_FILE", { path, why: reasonOf(cause) }, { cause });
  }
}

/** The logins of a file's text. */
export function parseLogins(text: string): readonly StoredLogin[] {
  // A line without a key tells nothing; the others still count.
  const lines = text.replace(/^\s*=.*$/gm, "");
  return parseKeyLines(lines, "=", () => new Error("a line without a key")).flatMap(({ key, value }) => {
    const colon = key.indexOf(":");
    if (colon < 0) return [];
    return [{ system: key.slice(0, colon), location: key.slice(colon + 1), credential: value }];
  });
}

/** The text of a file. */
export function formatLogins(logins: readonly StoredLogin[]): string {
  return logins.map(({ system, location, credential }) => `${system}:${location}=${credential}\n`).join("");
}

/** Puts a login in the place of the one for the same registry, or at the end. @throws E_SHIFTERIMG_LOGIN_FILE */
export async function storeShifterLogin(path: string, login: StoredLogin): Promise<void> {
  const same = (other: StoredLogin) => other.system === login.system && other.location === login.location;
  const before = await readLogins(path);
  const after = before.some(same) ? before.map((other) => (same(other) ? login : other)) : [...before, login];
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    // Never readable by others, not even for the moment that a change of mode takes.
    await publishFile(path, 0o600, (file) => file.writeFile(formatLogins(after)));
  } catch (cause) {
    throw fail("E_SHIFTERIMG_LOGIN_FILE", { path, why: reasonOf(cause) }, { cause });
  }
}
