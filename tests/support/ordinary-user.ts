// The ordinary user of the black-box tests: the caller, or, when root runs the tests, a user of their own, since berth
// is for people without privilege. Root's tests must never stand in for a user's.

import { execFileSync, type SpawnSyncReturns, spawnSync } from "node:child_process";
import { userInfo } from "node:os";

/** A user by whom commands can be run. */
export interface OrdinaryUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

const NAME = process.env["BERTH_TEST_USER"] ?? "berth-test";

/** True when the tests run as root, so that others' shoes can be stepped into. */
export const AS_ROOT = process.getuid?.() === 0;

/** The ordinary user; as root, made when missing (with subordinate ids, as `useradd` gives them to people). */
export function ordinaryUser(): OrdinaryUser {
  if (!AS_ROOT)
    return { name: userInfo().username, uid: userInfo().uid, gid: userInfo().gid, home: userInfo().homedir };
  const known = lookUp(NAME);
  if (known) return known;
  // Another test process may be making the same user at this moment: who loses that race finds it made.
  spawnSync("useradd", ["--create-home", "--shell", "/bin/sh", NAME], { stdio: "ignore" });
  const made = lookUp(NAME);
  if (!made) throw new Error(`the user ${NAME} could not be made: is useradd (package passwd) installed?`);
  return made;
}

/** The argument vector that runs `argv` as this user: unchanged unless root has to step down. */
export function asUser(user: OrdinaryUser, argv: readonly string[]): readonly string[] {
  if (!AS_ROOT || user.uid === 0) return argv;
  return ["setpriv", "--reuid", user.name, "--regid", String(user.gid), "--init-groups", "--", ...argv];
}

/** Runs as this user with exactly these variables and waits. */
export function runAs(
  user: OrdinaryUser,
  argv: readonly string[],
  options: { readonly env?: Readonly<Record<string, string>>; readonly cwd?: string; readonly input?: string } = {},
): SpawnSyncReturns<string> {
  const [command = "false", ...args] = asUser(user, argv);
  const env = {
    PATH: "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
    HOME: user.home,
    USER: user.name,
    ...options.env,
  };
  return spawnSync(command, args, { ...options, env, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
}

/** True when a program of that name is on the PATH. */
export function installed(program: string): boolean {
  return spawnSync("sh", ["-c", 'command -v "$1"', "installed", program]).status === 0;
}

function lookUp(name: string): OrdinaryUser | undefined {
  try {
    const [, , uid, gid, , home = "/"] = execFileSync("getent", ["passwd", name], { encoding: "utf8" })
      .trim()
      .split(":");
    return { name, uid: Number(uid), gid: Number(gid), home };
  } catch {
    return undefined;
  }
}
