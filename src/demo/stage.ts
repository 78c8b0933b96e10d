// The demo's own places and its user: a folder that is removed at the end, and an ordinary user whom berth runs as, since
// root would prove nothing.

import { constants } from "node:fs";
import { access, chmod, chown, mkdir, mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import type { Environment, User } from "../platform/user.ts";
import { clearStage } from "./clearing.ts";
import { output, type Ran, type RunOptions, run } from "./process.ts";

export interface Stage {
  /** Everything the demo's user writes is in here. */
  readonly folder: string;
  /** Who runs berth, for people. */
  readonly who: string;
  readonly uid: number;
  /** Runs berth as that user, with caches and mounts in `folder`; `cache` names one of several caches. */
  berth(args: readonly string[], options?: { readonly cache?: string }): Promise<Ran>;
  /** Ends the mounts of the demo's images and removes the folder. */
  clear(): Promise<void>;
}

export interface StageOptions {
  readonly temp: string;
  readonly env: Environment;
  readonly user: User;
  /** The words that start this very berth. */
  readonly berth: readonly string[];
  readonly onLine: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Debian's user without any rights, and without files. */
const NOBODY = 65534;

/** Prepares the folder and chooses the user. */
export async function openStage(options: StageOptions): Promise<Stage> {
  const { env, user, signal } = options;
  const folder = await mkdtemp(join(options.temp, "berth-demo-"));
  const steps =
    user.uid === 0 ? await stepDown(options) : { words: [], uid: user.uid, who: `${user.name}, uid ${user.uid}` };
  await mkdir(join(folder, "home"));
  if (user.uid === 0 && steps.uid !== 0) {
    for (const each of [folder, join(folder, "home")]) await chown(each, steps.uid, steps.uid);
    await chmod(folder, 0o755);
  }
  const variables = (cache: string): RunOptions["env"] => ({
    ...keptVariables(env),
    HOME: join(folder, "home"),
    BERTH_CACHEDIR: join(folder, cache),
    BERTH_CONFIGDIR: join(folder, "config"),
    BERTH_RUNTIMEDIR: join(folder, "runtime"),
    BERTH_TMPDIR: folder,
  });
  return {
    folder,
    who: steps.who,
    uid: steps.uid,
    berth: (args, { cache = "cache" } = {}) =>
      run([...steps.words, ...options.berth, ...args], {
        signal,
        env: variables(cache),
        cwd: folder,
        onLine: options.onLine,
      }),
    clear: () => clearStage(folder),
  };
}

// Settings of the person who shows the demo must not change it; where to find programs, and how to speak, may.
function keptVariables(env: Environment): Record<string, string | undefined> {
  const kept = /^(?:PATH|LANG|LC_\w+|TZ|BERTH_LIBEXEC|NODE_\w+)$/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => kept.test(name)));
}

async function stepDown(options: StageOptions): Promise<{ words: readonly string[]; uid: number; who: string }> {
  const words = ["setpriv", "--reuid", String(NOBODY), "--regid", String(NOBODY), "--clear-groups", "--"];
  // Berth is for people without privilege: root would prove nothing. A berth in root's own home cannot be reached by others.
  const reached = await output("setpriv", [...words.slice(1), ...options.berth, "--version"], options.signal);
  if (reached)
    return {
      words,
      uid: NOBODY,
      who: `nobody, uid ${NOBODY}, to whom root stepped down`,
    };
  return { words: [], uid: 0, who: "root, since an ordinary user cannot reach this berth or setpriv is missing" };
}

/** True when a file is there. */
export async function exists(path: string): Promise<boolean> {
  return access(path, constants.F_OK).then(
    () => true,
    () => false,
  );
}
