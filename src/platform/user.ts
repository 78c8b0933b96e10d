// Who is running, and where that person's files live (XDG base directory specification).

import { join } from "node:path";
import { readIfAny } from "./access.ts";

/** The calling user. */
export interface User {
  readonly uid: number;
  readonly gid: number;
  readonly name: string;
  /** Home directory of the password database, not of `$HOME`: the environment must not choose it. */
  readonly home: string;
  readonly shell: string;
}

/** The variable by which a build's namespace says who called: in there that person's files belong to 0. */
export const CALLER_VARIABLE = "BERTH_CALLER";

/** The calling user, from /etc/passwd, else from whatever the machine's name service knows (LDAP, SSSD). */
export function currentUser(): User {
  const uid = process.getuid?.() ?? 0;
  const gid = process.getgid?.() ?? 0;
  const caller = uid === 0 ? callerBefore(process.env[CALLER_VARIABLE]) : undefined;
  if (caller) return caller;
  // Not os.userInfo(): in the packed binary it believes $USER, $HOME and $SHELL.
  const [name, , , , , home, shell] = passwdLine(uid);
  // A uid without a line (as in many service machines) still may run containers.
  return { uid, gid, name: name || String(uid), home: home || "/", shell: shell || "/bin/sh" };
}

function callerBefore(text: string | undefined): User | undefined {
  if (!text) return undefined;
  try {
    const { uid, gid, name, home, shell } = JSON.parse(text) as Record<string, unknown>;
    return { uid: Number(uid), gid: Number(gid), name: String(name), home: String(home), shell: String(shell) };
  } catch {
    return undefined;
  }
}

function passwdLine(uid: number): string[] {
  const local = passwdFields(readIfAny("/etc/passwd"), uid);
  if (local) return local;
  return passwdFields(askNameService(String(uid)), uid) ?? [];
}

function askNameService(...key: string[]): string {
  // Loaded when it is needed: most people of most machines stand in /etc/passwd, and every start would pay for it.
  const { spawnSync } = process.getBuiltinModule("node:child_process");
  const asked = spawnSync("getent", ["passwd", ...key], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  return asked.stdout ?? "";
}

/** The user of that name, by the same sources. */
export function userNamed(name: string): User | undefined {
  const lineOf = (text: string) => text.split("\n").find((line) => line.startsWith(`${name}:`));
  const fields = (lineOf(readIfAny("/etc/passwd")) ?? lineOf(askNameService("--", name)))?.split(":");
  if (!fields || fields.length < 7) return undefined;
  const [, , uid, gid, , home, shell] = fields;
  return { uid: Number(uid), gid: Number(gid), name, home: home || "/", shell: shell || "/bin/sh" };
}

/** The fields of the line of `uid` in the text of a password database. */
export function passwdFields(text: string, uid: number): string[] | undefined {
  for (const line of text.split("\n")) {
    const fields = line.split(":");
    if (fields.length >= 7 && fields[2] === String(uid)) return fields;
  }
  return undefined;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** First of the named variables that is set and not empty. */
export function firstOf(env: Environment, ...names: string[]): string | undefined {
  for (const name of names) if (env[name]) return env[name];
  return undefined;
}

/** The cache: `BERTH_CACHEDIR`, then Apptainer's names for it, then the XDG default. */
export function cacheDir(env: Environment, user: User): string {
  const own = firstOf(env, "BERTH_CACHEDIR");
  if (own) return own;
  const peer = firstOf(env, "APPTAINER_CACHEDIR", "SINGULARITY_CACHEDIR");
  // A folder of our own inside theirs: the two caches have different layouts.
  if (peer) return join(peer, "berth");
  return join(firstOf(env, "XDG_CACHE_HOME") ?? join(firstOf(env, "HOME") ?? user.home, ".cache"), "berth");
}

/** Configuration of this user: `BERTH_CONFIGDIR`, else the XDG default. */
export function configDir(env: Environment, user: User): string {
  return (
    firstOf(env, "BERTH_CONFIGDIR") ??
    join(firstOf(env, "XDG_CONFIG_HOME") ?? join(firstOf(env, "HOME") ?? user.home, ".config"), "berth")
  );
}

/** What berth has to remember of this user (instances and their logs): `BERTH_STATEDIR`, a moved configuration, else XDG. */
export function stateDir(env: Environment, user: User): string {
  return (
    firstOf(env, "BERTH_STATEDIR", "BERTH_CONFIGDIR") ??
    join(firstOf(env, "XDG_STATE_HOME") ?? join(firstOf(env, "HOME") ?? user.home, ".local", "state"), "berth")
  );
}

/** Temporary space: `BERTH_TMPDIR`, Apptainer's names, `TMPDIR`, the system's. */
export function tempDir(env: Environment): string {
  return firstOf(env, "BERTH_TMPDIR", "APPTAINER_TMPDIR", "SINGULARITY_TMPDIR", "TMPDIR") ?? "/tmp";
}

/** Run-time state that ends with the session or the machine (mounts, plans): XDG, else a folder of the user in /tmp. */
export function runtimeDir(env: Environment, user: User): string {
  const own = firstOf(env, "BERTH_RUNTIMEDIR");
  if (own) return own;
  const xdg = firstOf(env, "XDG_RUNTIME_DIR");
  if (xdg) return join(xdg, "berth");
  // /run/berth is the gateway's, whose account is not to be trusted with root's files.
  return user.uid === 0 ? "/run/berth-root" : `/tmp/berth-${user.uid}`;
}
