// A place where an ordinary user builds from a busybox image: folders, a cache of its own, and looks into what builds left.

import { execFileSync, type SpawnSyncReturns } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { writeLayout } from "../support/oci-image.ts";
import { AS_ROOT, installed, type OrdinaryUser, ordinaryUser, runAs } from "../support/ordinary-user.ts";

const ROOT = join(import.meta.dirname, "../..");
const BINARY = resolve(process.env["BERTH_BINARY"] ?? join(ROOT, "build/berth"));
const BUSYBOX = "/bin/busybox";
const APPLETS = "sh cat echo id ls touch chown chmod rm mkdir ln find sleep stat grep env ps true false wc mount".split(
  " ",
);

/** Why builds cannot be tried here, if so. */
export function obstacle(): string | undefined {
  if (!existsSync(BINARY)) return `${BINARY}, which is not built`;
  if (!existsSync(BUSYBOX)) return `${BUSYBOX} is not there`;
  return ["squashfuse_ll", "mount", "tar"].find((name) => !installed(name));
}

/** Files of a context, by path; a folder is made for each. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

export class Lab {
  readonly dir: string;
  readonly user: OrdinaryUser;
  readonly env: Readonly<Record<string, string>>;

  private constructor(dir: string, user: OrdinaryUser) {
    this.dir = dir;
    this.user = user;
    this.env = {
      HOME: join(dir, "home"),
      BERTH_CACHEDIR: join(dir, "cache"),
      BERTH_RUNTIMEDIR: join(dir, "run"),
      PATH: "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
    };
  }

  /** A new place; `user` is the ordinary one unless said otherwise. */
  static async open(user = ordinaryUser()): Promise<Lab> {
    const dir = mkdtempSync(join(tmpdir(), "berth-build-"));
    chmodSync(dir, 0o755);
    const lab = new Lab(dir, user);
    for (const name of ["home", "cache", "run", "work"]) lab.folder(name);
    chmodSync(join(dir, "run"), 0o700);
    const links = APPLETS.map((name) => ({ path: `bin/${name}`, type: "symlink" as const, target: "busybox" }));
    const entries = [
      { path: "bin" },
      { path: "bin/busybox", content: readFileSync(BUSYBOX), mode: 0o755 },
      ...links,
      { path: "etc" },
      { path: "etc/passwd", content: "root:x:0:0:root:/root:/bin/sh\napp:x:33:34:app:/srv:/bin/sh\n" },
      { path: "etc/group", content: "root:x:0:\nstaff:x:34:\nextra:x:50:app\n" },
      { path: "tmp", mode: 0o1777 },
      { path: "opt/old/file", content: "old" },
      { path: "out", type: "symlink" as const, target: "../../../../../opt" },
    ];
    const foreign = { layers: [{ entries: [{ path: "bin" }] }], platform: { os: "linux", architecture: "mips64le" } };
    await writeLayout(join(dir, "image"), { foreign, base: { layers: [{ entries }], config: { Env: ["PATH=/bin"] } } });
    return lab;
  }

  /** Beginning of every recipe. */
  get from(): string {
    return `FROM oci:${join(this.dir, "image")}:base\n`;
  }

  folder(name: string): string {
    const path = join(this.dir, name);
    mkdirSync(path, { recursive: true });
    if (AS_ROOT) chownSync(path, this.user.uid, this.user.gid);
    return path;
  }

  /** Writes a context with a Dockerfile whose FROM line is already there. */
  context(name: string, recipe: string, files: Files = {}): string {
    const dir = this.folder(join("work", name));
    for (const [path, content] of Object.entries({ Dockerfile: this.from + recipe, ...files })) {
      this.folder(dirname(join("work", name, path)));
      writeFileSync(join(dir, path), content);
    }
    return dir;
  }

  /** The words of `berth …`. */
  words(...args: string[]): string[] {
    return [BINARY, ...args];
  }

  /** Runs berth to its end. */
  berth(...args: string[]): SpawnSyncReturns<string> {
    return runAs(this.user, this.words(...args), { env: this.env, cwd: join(this.dir, "work") });
  }

  /** Builds a context to an OCI layout of the same name. */
  build(context: string, ...flags: string[]): SpawnSyncReturns<string> {
    return this.berth("build", ...flags, `oci:${context}.oci:built`, context);
  }

  /** Digest of the manifest that a build of this context wrote. */
  manifest(context: string): string {
    const index = JSON.parse(readFileSync(join(`${context}.oci`, "index.json"), "utf8"));
    return index.manifests[0].digest;
  }

  /** The layer of a step. */
  bytes(title: string): Buffer {
    const path = this.#blob(title);
    return path === undefined ? Buffer.alloc(0) : readFileSync(path);
  }

  /** What the layer of a step holds: lines of `mode owner path`, in its order. */
  layer(title: string): string[] {
    const blob = this.#blob(title);
    if (blob === undefined) return [];
    const lines = execFileSync("tar", ["-tvf", blob, "--numeric-owner"], { encoding: "utf8" }).trim().split("\n");
    return lines.map((line) => line.replace(/^(\S+)\s+(\S+)\s+\d+ \S+ \S+ /, "$1 $2 "));
  }

  #blob(title: string): string | undefined {
    const steps = join(this.dir, "cache/build/steps");
    for (const name of readdirSync(steps)) {
      const record = JSON.parse(readFileSync(join(steps, name), "utf8"));
      if (record.title !== title) continue;
      return record.layer && join(this.dir, "cache/blob/blobs/sha256", record.layer.digest.slice(7));
    }
    throw new Error(`no step "${title}" was recorded`);
  }

  /** Names of what is under way, or was left behind by a kill. */
  underWay(): string[] {
    const build = join(this.dir, "cache/build");
    return ["w", "lock"].flatMap((name) => (existsSync(join(build, name)) ? readdirSync(join(build, name)) : []));
  }

  close(): void {
    // The files of steps belong to subordinate ids.
    if (!AS_ROOT) this.berth("cache", "clean", "--force", "--type", "build");
    rmSync(this.dir, { recursive: true, force: true });
  }
}
