// A node of a site for the batch benchmarks: a configuration, a directory of set-ups below /run, and the calls of its commands as
// a prolog and a user make them. Root's. It knows no measure. Close it when done.

import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { unmountBelow } from "../../tests/support/unmount.ts";
import type { Command } from "../contestant.ts";
import type { Place } from "../place.ts";
import { type BatchImage, type BatchImages, batchImages, type ImageSize } from "./images.ts";

/** How much a site lays over its images: three file systems; or twelve, and sixteen files of its own for /etc. */
export type SiteKind = "usual" | "busy";

export interface BatchSite {
  readonly dir: string;
  readonly images: BatchImages;
  /** Words of `berth node setup` for a job. */
  setupWords(job: number, size: ImageSize, kind?: SiteKind): readonly string[];
  teardownWords(job: number, kind?: SiteKind): readonly string[];
  /** Runs such words. @throws when the command fails */
  perform(words: readonly string[]): void;
  /** `shifter WORDS` in a job; without set-up when nobody has made one for it. */
  shifter(job: number, size: ImageSize, words: readonly string[], kind?: SiteKind): Command;
  /** The folders and files that the site lays over an image, as `SOURCE:TARGET`; the image has all targets. */
  binds(kind: SiteKind): readonly string[];
  close(): void;
}

const ETC_FILES = [
  ...[
    "passwd",
    "group",
    "nsswitch.conf",
    "adduser.conf",
    "bash.bashrc",
    "debconf.conf",
    "debian_version",
    "deluser.conf",
  ],
  ...["fstab", "gai.conf", "host.conf", "issue", "issue.net", "ld.so.conf", "libaudit.conf", "login.defs"],
];
// Folders that the Debian image has: ch-run makes none.
const FOLDERS = [
  ...["/home", "/srv", "/mnt", "/media", "/boot", "/usr/games", "/usr/local/etc", "/usr/local/games"],
  ...["/usr/local/src", "/usr/src", "/var/local", "/var/mail"],
];
const TARGETS = { usual: FOLDERS.slice(0, 3), busy: FOLDERS } as const;

/** Opens a site; images may lie elsewhere than those that are kept. In /run: /tmp and /var/tmp come into every container, with all that is mounted there. */
export function openBatchSite(place: Place, imageDir?: string): BatchSite {
  const dir = mkdtempSync("/run/berth-bench-");
  chmodSync(dir, 0o711);
  const images = batchImages(place);
  const nodeDir = join(dir, "node");
  const sources = layOut(dir, place);
  const file = (kind: SiteKind) => join(dir, `${kind}.yaml`);
  for (const kind of ["usual", "busy"] as const) {
    const node = {
      ...{
        system: "bench",
        imageDir: imageDir ?? images.dir,
        nodeDir,
        siteFs: TARGETS[kind].map((to, n) => `${sources[n]}:${to}`),
      },
      ...(kind === "busy" ? { etcDir: join(dir, "etc") } : {}),
    };
    writeFileSync(file(kind), JSON.stringify({ node }), { mode: 0o644 });
  }
  const { uid } = place.user;
  const about = (job: number, kind: SiteKind) => ["--config", file(kind), "--uid", `${uid}`, "--job", `${job}`];
  return {
    dir,
    images,
    setupWords: (job, size, kind = "usual") => [
      place.berth,
      "node",
      "setup",
      ...about(job, kind),
      "--image",
      `id:${images.of(size).id}`,
    ],
    teardownWords: (job, kind = "usual") => [place.berth, "node", "teardown", ...about(job, kind)],
    perform,
    shifter: (job, size, words, kind = "usual") => ({
      argv: [join(dirname(place.berth), "shifter"), `--image=id:${images.of(size).id}`, ...words],
      env: jobEnv(job, nodeDir, file(kind), place),
    }),
    binds: (kind) => [
      ...TARGETS[kind].map((to, n) => `${sources[n]}:${to}`),
      ...(kind === "busy" ? ETC_FILES.map((name) => `${join(dir, "etc", name)}:/etc/${name}`) : []),
    ],
    close() {
      for (const { command, args } of leftovers(nodeDir, uid, file("usual"), place)) spawnSync(command, args);
      unmountBelow(dir);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** The command line by which ch-run starts a program in the image's tree, with the site's folders and files. */
export function chRun({ tree }: BatchImage, binds: readonly string[], words: readonly string[]): Command {
  // It makes passwd and group itself, and lets nothing be laid over them.
  const others = binds.filter((bind) => !/:\/etc\/(passwd|group)$/.test(bind));
  return { argv: ["ch-run", ...others.flatMap((bind) => ["-b", bind]), tree, "--", ...words] };
}

function jobEnv(job: number, nodeDir: string, config: string, place: Place): Record<string, string> {
  return {
    ...{ SLURM_JOB_ID: `${job}`, BERTH_NODE_DIR: nodeDir, BERTH_SITE_CONFIG: config },
    ...{ BERTH_RUNTIMEDIR: join(place.scratch, "run"), BERTH_CACHEDIR: join(place.scratch, "cache") },
  };
}

function layOut(dir: string, place: Place): readonly string[] {
  mkdirSync(join(dir, "etc"));
  const { name, uid, gid, home } = place.user;
  for (const file of ETC_FILES) writeFileSync(join(dir, "etc", file), `# ${file} of the site\n`, { mode: 0o644 });
  writeFileSync(join(dir, "etc/passwd"), `root:x:0:0:root:/root:/bin/sh\n${name}:x:${uid}:${gid}::${home}:/bin/sh\n`);
  writeFileSync(join(dir, "etc/group"), `root:x:0:\n${name}:x:${gid}:\n`);
  return FOLDERS.map((_, n) => {
    const source = join(dir, `fs-${n}`);
    mkdirSync(source);
    chownSync(source, uid, gid);
    return source;
  });
}

function perform([command = "false", ...args]: readonly string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: "utf8", cwd: "/" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${stderr}`);
}

function leftovers(nodeDir: string, uid: number, config: string, place: Place) {
  const names = spawnSync("ls", [nodeDir], { encoding: "utf8" }).stdout.split("\n");
  const jobs = names.filter((name) => name.startsWith(`${uid}.`)).map((name) => name.slice(`${uid}.`.length));
  return jobs.map((job) => ({
    command: place.berth,
    args: ["node", "teardown", "--config", config, "--uid", `${uid}`, "--job", job],
  }));
}
