// The demo's own places and its user: a folder that is removed at the end, and an ordinary user whom berth runs as, since
// root would prove nothing.

import { constants } from "node:fs";
import { access, chmod, chown, copyFile, mkdir, mkdtemp } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Environment, User } from "../platform/user.ts";
import { clearStage } from "./clearing.ts";
import { output, type Ran, run } from "./process.ts";

export interface Stage {
  /** Everything the demo's user writes is in here. */
  readonly folder: string;
  /** Who runs berth, for people. */
  readonly who: string;
  readonly uid: number;
  /** Runs berth as that user, with caches and mounts in `folder`; `cache` names one of several caches. */
  berth(args: readonly string[], options?: BerthOptions): Promise<Ran>;
  /** Ends the mounts of the demo's images and removes the folder. */
  clear(): Promise<void>;
}

export interface BerthOptions {
  readonly cache?: string;
  /** Variables of this call. */
  readonly env?: Environment;
  /** Told each line of standard error. */
  readonly onLine?: (line: string) => void;
  /** Ends this call. */
  readonly signal?: AbortSignal;
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
  const { env, user, signal, onLine } = options;
  const folder = await mkdtemp(join(options.temp, "berth-demo-"));
  await mkdir(join(folder, "home"));
  const { words, uid, who } = user.uid === 0 ? await stepDown(options, folder) : asCaller(user, options.berth);
  if (uid !== user.uid) for (const each of [folder, join(folder, "home")]) await chown(each, uid, uid);
  const berth = (args: readonly string[], call: BerthOptions = {}): Promise<Ran> => {
    const all = { ...stageVariables(env, folder, call.cache), ...call.env };
    const both = (line: string): void => {
      onLine(line);
      call.onLine?.(line);
    };
    return run([...words, ...args], { signal: call.signal ?? signal, env: all, cwd: folder, onLine: both });
  };
  return {
    folder,
    who,
    uid,
    berth,
    clear: () => clearStage(folder),
  };
}

/** What of the caller's variables a program of the demo is given, with all of berth's own folders in `folder`. */
export function stageVariables(env: Environment, folder: string, cache = "cache"): Environment {
  return {
    ...keptVariables(env),
    HOME: join(folder, "home"),
    BERTH_CACHEDIR: join(folder, cache),
    BERTH_CONFIGDIR: join(folder, "config"),
    BERTH_RUNTIMEDIR: join(folder, "runtime"),
    BERTH_TMPDIR: folder,
  };
}

/** How the demo's user is taken on: the words that start berth as that user, and who that is. */
interface Role {
  readonly words: readonly string[];
  readonly uid: number;
  readonly who: string;
}

function asCaller({ name, uid }: User, berth: readonly string[]): Role {
  return { words: berth, uid, who: `${name}, uid ${uid}` };
}

// Settings of the person who shows the demo must not change it; where to find programs, and how to speak, may.
function keptVariables(env: Environment): Record<string, string | undefined> {
  const kept = /^(?:PATH|LANG|LC_\w+|TZ|BERTH_LIBEXEC|BERTH_NODE|NODE_\w+)$/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => kept.test(name)));
}

// Berth is for people without privilege: root would prove nothing.
async function stepDown({ berth, signal }: StageOptions, folder: string): Promise<Role> {
  await chmod(folder, 0o755);
  const setpriv = ["setpriv", "--reuid", String(NOBODY), "--regid", String(NOBODY), "--clear-groups", "--"];
  // setpriv itself still starts what only root can reach, so `env` tries: it is nobody through and through.
  const reached = async (words: readonly string[]): Promise<boolean> =>
    (await output("setpriv", [...setpriv.slice(1), "env", ...words, "--version"], signal)) !== "";
  const asNobody = (words: readonly string[]): Role => ({
    words: [...setpriv, ...words],
    uid: NOBODY,
    who: `nobody, uid ${NOBODY}, to whom root stepped down`,
  });
  if (await reached(berth)) return asNobody(berth);
  // A berth in root's own home is for root alone; a copy of it on the stage is for all.
  const copy = await copyOf(berth, join(folder, "bin")).catch(() => berth);
  if (copy !== berth && (await reached(copy))) return asNobody(copy);
  return { words: berth, uid: 0, who: "root, since an ordinary user cannot reach this berth or setpriv is missing" };
}

/** The packed berth and its programs, copied; a berth that runs from its sources stays where it is. */
async function copyOf(berth: readonly string[], folder: string): Promise<readonly string[]> {
  const [packed = "", ...more] = berth;
  if (more.length > 0) return berth;
  await mkdir(folder);
  for (const name of ["berth-launch", "berth-mount", basename(packed)])
    await copyFile(join(dirname(packed), name), join(folder, name), constants.COPYFILE_FICLONE);
  return [join(folder, basename(packed))];
}

/** True when a file is there. */
export async function exists(path: string): Promise<boolean> {
  return access(path, constants.F_OK).then(
    () => true,
    () => false,
  );
}
