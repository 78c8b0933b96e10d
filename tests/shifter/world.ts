// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are words of shell code
// What the tables of `shifter` are played on: a site with a udiRoot.conf, files of /etc, file systems, modules and images of
// its own, and an ordinary user who calls the packed binary by the name shifter.

import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { makeTree, packSquashfs } from "../run/images.ts";
import { AS_ROOT, installed, type OrdinaryUser, ordinaryUser, runAs } from "../support/ordinary-user.ts";
import { removeAll } from "../support/unmount.ts";

export const BINARY = resolve(process.env["BERTH_BINARY"] ?? join(import.meta.dirname, "../../build/berth"));

/** Why these tests cannot run here; undefined: they can. */
export function obstacle(): string | undefined {
  if (!existsSync(BINARY)) return `${BINARY} is not built`;
  const program = ["busybox", "mksquashfs", "squashfuse_ll"].find((name) => !installed(name));
  return program ? `${program} is not installed` : undefined;
}

export interface Answer {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** How one call differs from the usual one. */
export interface CallOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Lines for udiRoot.conf. */
  readonly conf?: readonly string[];
  /** Without the site's usual image. */
  readonly noImage?: boolean;
  readonly who?: OrdinaryUser;
  readonly input?: string;
}

/** Ids of the images. */
export const IMAGES = {
  plain: "a".repeat(32),
  others: "b".repeat(32),
  ours: "c".repeat(32),
  mixed: "d".repeat(32),
  ext4: "e".repeat(32),
  bare: "f".repeat(32),
  exact: "1".repeat(32),
} as const;

export interface World {
  readonly dir: string;
  readonly user: OrdinaryUser;
  place(name: string): string;
  /** Runs `shifter WORDS` with the plain image. */
  shifter(words: readonly string[], options?: CallOptions): Answer;
  /** The environment of such a call, and its configuration written. */
  environment(options?: CallOptions): Record<string, string>;
  close(): void;
}

const APPLETS = ["grep", "mkdir", "df", "dd", "kill", "ln", "mount", "readlink", "sort"];

export function openWorld(): World {
  const user = ordinaryUser();
  const dir = mkdtempSync(join(tmpdir(), "berth-shifter-"));
  chmodSync(dir, 0o755);
  const place = (name: string): string => join(dir, name);
  for (const name of [
    "bin",
    "images",
    "etc",
    "home",
    "home/work",
    "site/scratch/test",
    "site/soft",
    "site/module",
    "node",
  ])
    mkdirSync(place(name), { recursive: true });
  makeImages(place, user);
  makeSite(place, user);
  // The native front, as it is installed; it hands over what was not set up.
  const front = join(dirname(BINARY), "shifter");
  symlinkSync(existsSync(front) ? front : BINARY, place("bin/shifter"));
  if (AS_ROOT)
    for (const name of ["home", "home/work", "site/scratch/test"]) chownSync(place(name), user.uid, user.gid);
  let confs = 0;
  const environment = ({ env = {}, conf = [] }: CallOptions = {}) => {
    confs += 1;
    writeFileSync(place(`udiRoot.${confs}.conf`), configuration(place, conf));
    return {
      PATH: `${place("bin")}:/usr/local/bin:/usr/bin:/bin`,
      BERTH_UDIROOT: place(`udiRoot.${confs}.conf`),
      BERTH_NODE_DIR: place("node"),
      BERTH_RUNTIMEDIR: place("home/run"),
      BERTH_CACHEDIR: place("home/cache"),
      ...env,
    };
  };
  return {
    dir,
    user,
    place,
    environment,
    shifter(words, options = {}) {
      const image = options.noImage ? [] : [`--image=id:${IMAGES.plain}`];
      const { cwd = place("home/work"), input = "", who = user } = options;
      const called = runAs(who, ["shifter", ...image, ...words], { env: environment(options), cwd, input });
      return {
        status: called.status,
        signal: called.signal,
        out: called.stdout.replace(/\n$/, ""),
        err: called.stderr,
      };
    },
    close() {
      for (const run of ["run", "run-many"])
        runAs(user, ["sh", "-c", 'for m in "$0"/*.lock; do fuser -k -TERM "$m"; done', place(`home/${run}/mnt`)]);
      removeAll(dir);
    },
  };
}

function makeImages(place: (name: string) => string, user: OrdinaryUser): void {
  const tree = place("tree");
  makeTree(tree);
  for (const name of APPLETS) symlinkSync("busybox", join(tree, "bin", name));
  for (const name of ["data/sub", "opt/image", "srv"]) mkdirSync(join(tree, name), { recursive: true });
  writeFileSync(join(tree, "data/file"), "of the image\n");
  writeFileSync(join(tree, "etc/image-file"), "stays\n");
  writeFileSync(join(tree, "bin/not-a-program"), "", { mode: 0o644 });
  symlinkSync("/etc", join(tree, "data/link-to-etc"));
  symlinkSync("../../../../../../etc", join(tree, "data/climbing-link"));
  symlinkSync("/data/file", join(tree, "data/absolute-link"));
  spawnSync("cp", [join(tree, "bin/busybox"), join(tree, "bin/busybox-suid")]);
  chmodSync(join(tree, "bin/busybox-suid"), 0o4755);
  const plain = place(`images/${IMAGES.plain}.squashfs`);
  packSquashfs(tree, plain);
  const meta = (id: string, lines: readonly string[], format = "squashfs") => {
    writeFileSync(place(`images/${id}.meta`), [`FORMAT: ${format}`, "ENV: PATH=/bin", ...lines, ""].join("\n"));
    const image = place(`images/${id}.${format}`);
    if (image !== plain) symlinkSync(plain, image);
  };
  const start = ["ENTRY: ['/bin/echo', 'hi']", "CMD: ['there']", "WORKDIR: /data"];
  meta(IMAGES.plain, [...start, "ENV: IMGVAR=image"]);
  meta(IMAGES.others, ["USERACL: 1,2"]);
  meta(IMAGES.ours, [`GROUPACL: ${user.gid}`]);
  meta(IMAGES.mixed, ["USERACL: 1,2", "GROUPACL:"]);
  meta(IMAGES.ext4, [], "ext4");
  meta(IMAGES.bare, []);
  meta(IMAGES.exact, ["ENTRY: wrong"]);
  const acl = { private: false, users: [], groups: [] };
  const exact = {
    version: 1,
    id: IMAGES.exact,
    digest: "x",
    format: "squashfs",
    acl,
    workdir: null,
    cmd: ["a b", "it's"],
  };
  const document = { ...exact, env: ["PATH=/bin", "TWO=lines\nof text"], entry: ["/bin/echo", "-n"] };
  writeFileSync(place(`images/${IMAGES.exact}.json`), JSON.stringify(document));
}

function makeSite(place: (name: string) => string, user: OrdinaryUser): void {
  writeFileSync(place("etc/passwd"), `root:x:0:0:root:/root:/bin/sh\n${passwdLine(user, place)}\n`);
  writeFileSync(
    place("etc/group"),
    `root:x:0:\n${user.name}:x:${user.gid}:\nteam:x:70001:${user.name},somebody\nopen::70002:somebody\n`,
  );
  writeFileSync(place("etc/nsswitch.conf"), "passwd: files\ngroup: files\n");
  writeFileSync(place("etc/site-file"), "of the site\n");
  writeFileSync(place("site/scratch/file"), "on scratch\n");
  writeFileSync(place("site/soft/tool"), "#!/bin/sh\necho site tool\n", { mode: 0o755 });
  writeFileSync(place("site/module/hook"), "echo hooked as $(/bin/id -u), HOME is ${HOME-unset}\n", { mode: 0o755 });
  writeFileSync(place("site/module/bad"), "exit 3\n", { mode: 0o755 });
}

/** The user's line in the site's passwd. */
export function passwdLine(user: OrdinaryUser, place: (name: string) => string): string {
  return `${user.name}:x:${user.uid}:${user.gid}:A Person:${place("home")}:/bin/sh`;
}

function configuration(place: (name: string) => string, lines: readonly string[]): string {
  return [
    ...["udiMount=/var/udiMount", "loopMount=/var/udiLoopMount", "rootfsType=tmpfs", "system=cluster"],
    ...["modprobePath", "insmodPath", "cpPath", "mvPath", "chmodPath", "ddPath"].map((key) => `${key}=/bin/true`),
    ...["udiRootPath=/opt/shifter", `imagePath=${place("images")}`, `etcPath=${place("etc")}`, "maxGroupCount=31"],
    ...["defaultImageType=docker", `siteFs=${place("site/scratch")}:/scratch1`, `optUdiImage=${place("site/soft")}`],
    ...lines,
    "",
  ].join("\n");
}
