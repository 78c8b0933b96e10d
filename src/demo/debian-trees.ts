// Has mmdebstrap make a Debian (or Ubuntu) system twice observed: as it is after the essential packages, and again after
// more packages are installed. By the ordinary user where subordinate ids or fakechroot allow; without either the packages
// are only unpacked, which is enough for programs to run.

import { chmod, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { errnoOf } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { tempDir } from "../platform/user.ts";
import { type AptHost, aptHost } from "./apt-host.ts";
import { fail } from "./errors.ts";
import { type Ran, run } from "./process.ts";
import { readTarTree } from "./tar-tree.ts";
import type { Tree } from "./tree.ts";

export interface DebianTrees {
  readonly base: Tree;
  /** `base` and the further packages. */
  readonly full: Tree;
  /** How it was made, for people. */
  readonly how: string;
}

export interface DebianOptions {
  /** Further packages of the second tree. */
  readonly packages: readonly string[];
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Documentation would double the image and prove nothing. */
const LEAN = ["man", "doc", "locale", "info"].map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`);

/** The trees; their contents stay in archives in `work`, which must outlive their use. @throws E_DEMO_MMDEBSTRAP, E_DEMO_BOOTSTRAP */
export async function debianTrees(work: string, options: DebianOptions): Promise<DebianTrees> {
  // The ids that mmdebstrap works as must reach its folder, which they cannot below a home or a cache that is private.
  const temp = await mkdtemp(join(tempDir(process.env), "berth-bootstrap-"));
  try {
    await chmod(temp, 0o755);
    return await makeTrees(work, temp, options);
  } finally {
    // What a killed mmdebstrap left to subordinate ids cannot be removed by the user.
    await rm(temp, { recursive: true, force: true }).catch(() => undefined);
  }
}

async function makeTrees(work: string, temp: string, options: DebianOptions): Promise<DebianTrees> {
  const host = await aptHost(options.signal);
  const archives = { base: join(work, "base.tar"), full: join(work, "full.tar") };
  const installed = await bootstrap(installing(host, archives, options.packages), temp, options);
  let how = `${host.suite}, installed by mmdebstrap`;
  if (installed.status !== 0) {
    if (!/unable to pick chroot mode/.test(installed.stderr)) throw bootstrapError(installed);
    how = `${host.suite}, unpacked by mmdebstrap (without subordinate ids nothing can be installed; see berth doctor)`;
    for (const [path, packages] of [
      [archives.base, []],
      [archives.full, options.packages],
    ] as const) {
      const unpacked = await bootstrap(unpacking(host, path, packages), temp, options);
      if (unpacked.status !== 0) throw bootstrapError(unpacked);
    }
  }
  const { signal } = options;
  return { base: await readTarTree(archives.base, signal), full: await readTarTree(archives.full, signal), how };
}

interface Archives {
  readonly base: string;
  readonly full: string;
}

/** mmdebstrap's arguments for a real installation, whose root is archived twice on the way. */
export function installing(host: AptHost, { base, full }: Archives, packages: readonly string[]): readonly string[] {
  const install =
    'APT_CONFIG="$MMDEBSTRAP_APT_CONFIG" apt-get --yes install --no-install-recommends -o DPkg::Chroot-Directory="$1" ' +
    packages.map(checkedPackage).join(" ");
  const hooks = [...snapshot(base), install, ...snapshot(full)].map((hook) => `--customize-hook=${hook}`);
  return ["--mode=auto", "--format=null", "--variant=essential", ...LEAN, ...hooks, ...origin(host, "-")];
}

/** mmdebstrap's arguments for unpacking only, which needs no privilege at all. */
export function unpacking(host: AptHost, archive: string, packages: readonly string[]): readonly string[] {
  const include = ["?essential", ...packages.map(checkedPackage)].map((name) => `--include=${name}`);
  return ["--mode=chrootless", "--format=tar", "--variant=extract", ...LEAN, ...include, ...origin(host, archive)];
}

function origin(host: AptHost, target: string): readonly string[] {
  return [...host.options.map((option) => `--aptopt=${option}`), host.suite, target, ...host.sources];
}

// The root inside may belong to ids that cannot write here, so the archive is made inside and then handed out.
function snapshot(archive: string): readonly string[] {
  const left = [
    "./.berth-snapshot",
    "./dev/*",
    "./proc/*",
    "./sys/*",
    "./tmp/*",
    "./var/lib/apt/lists/*",
    "./var/cache/*",
    "./etc/apt/apt.conf.d/99mmdebstrap",
    "./var/log/*",
  ];
  const flags = "--one-file-system --numeric-owner --sort=name --format=pax --pax-option=delete=atime,delete=ctime";
  return [
    `tar ${flags} -C "$1" ${left.map((path) => `--exclude='${path}'`).join(" ")} -cf "$1/.berth-snapshot" .`,
    `download /.berth-snapshot ${quoted(archive)}`,
    'rm "$1/.berth-snapshot"',
  ];
}

// mmdebstrap splits the words of its own hooks as a shell would.
function quoted(path: string): string {
  return `'${path.replaceAll("'", `'\\''`)}'`;
}

// Package names become words of a shell's line (Debian policy 5.6.1 allows no character that a shell would read).
function checkedPackage(name: string): string {
  if (!/^[a-z0-9][a-z0-9+.-]+$/.test(name)) throw new TypeError(`not the name of a Debian package: ${name}`);
  return name;
}

async function bootstrap(args: readonly string[], temp: string, { log, signal }: DebianOptions): Promise<Ran> {
  log.debug(`mmdebstrap ${args.join(" ")}`);
  const env = { ...process.env, TMPDIR: temp, LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive" };
  try {
    return await run(["mmdebstrap", ...args], { signal, env, onLine: (line) => log.debug(line) });
  } catch (error) {
    throw errnoOf(error) === "ENOENT" ? fail("E_DEMO_MMDEBSTRAP") : error;
  }
}

function bootstrapError({ status, stderr }: Ran): Error {
  const lines = stderr.trim().split("\n");
  const said = lines.filter((line) => /^(?:E:|W: Failed|Err:)/.test(line));
  return fail("E_DEMO_BOOTSTRAP", { status, reason: (said.length > 0 ? said : lines).slice(-2).join("; ") });
}
