// The caller's folder for what lives no longer than the session: mounts, plans, facts of images. It may lie in /tmp, so
// it counts only when it belongs to the caller alone.

import { lstatSync, mkdirSync, type Stats } from "node:fs";
import { defineErrors, errnoOf, reasonOf } from "../base/errors.ts";
import { type Environment, runtimeDir, type User } from "../platform/user.ts";

const fail = defineErrors({
  E_RUNTIME_DIR: {
    text: "the run-time folder {path} cannot be used: {reason}",
    hint: "set BERTH_RUNTIMEDIR to a folder that belongs to you and has mode 0700, or mend this one",
  },
});

/** The folder, made when missing. @throws E_RUNTIME_DIR */
export function ensureRuntimeDir(env: Environment, user: User): string {
  const wanted = runtimeDir(env, user);
  const reason = unusable(wanted, user);
  if (reason === undefined) return wanted;
  // What the caller names is meant.
  if (wanted === env["BERTH_RUNTIMEDIR"]) throw fail("E_RUNTIME_DIR", { path: wanted, reason });
  // `su` keeps the XDG_RUNTIME_DIR of the user one came from; inside a container /run is read-only even for root.
  const { XDG_RUNTIME_DIR: _, ...others } = env;
  const second = [runtimeDir(others, user), `/tmp/berth-${user.uid}`].find(
    (path) => unusable(path, user) === undefined,
  );
  if (second !== undefined) return second;
  throw fail("E_RUNTIME_DIR", { path: wanted, reason });
}

/** A folder in the run-time folder, made when missing. */
export function ensureSubdir(runtime: string, name: "mnt" | "facts" | "plans" | "linker" | "site"): string {
  const path = `${runtime}/${name}`;
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw fail("E_RUNTIME_DIR", { path, reason: reasonOf(error) }, { cause: error });
  }
  return path;
}

function unusable(path: string, user: User): string | undefined {
  try {
    const info = lstatSync(path, { throwIfNoEntry: false }) ?? made(path);
    if (!info.isDirectory()) return "it is not a directory";
    if (info.uid !== user.uid) return `it belongs to uid ${info.uid}`;
    return (info.mode & 0o077) === 0 ? undefined : `others may enter it (mode ${(info.mode & 0o777).toString(8)})`;
  } catch (error) {
    return reasonOf(error);
  }
}

// Another start may be making it at the same moment: what counts is what is there afterwards.
function made(path: string): Stats {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error;
  }
  return lstatSync(path);
}
