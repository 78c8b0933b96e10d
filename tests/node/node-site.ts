// A node of a site for tests: images, a configuration, a directory of set-ups, all in a folder of its own; the commands as root
// and the user call them; and what is left of it all on the machine.

import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { makeTree, packSquashfs } from "../run/images.ts";
import { AS_ROOT, asUser, installed, type OrdinaryUser, ordinaryUser } from "../support/ordinary-user.ts";
import { removeAll } from "../support/unmount.ts";

export const BINARY = resolve(
  process.env["BERTH_BINARY"] ?? join(dirname(dirname(import.meta.dirname)), "build", "berth"),
);

/** Why these tests cannot run here; undefined when they can. */
export function obstacle(): string | undefined {
  if (!AS_ROOT) return "only root sets up nodes";
  if (!existsSync(BINARY)) return `${BINARY} is not built`;
  if (!existsSync("/dev/loop-control")) return "this machine has no loop devices";
  if (!/\bsquashfs\b/.test(readFileSync("/proc/filesystems", "utf8"))) return "this kernel mounts no squashfs";
  const program = ["busybox", "mksquashfs", "setpriv", "strace"].find((name) => !installed(name));
  return program && `${program} is not installed`;
}

/** What a command did. */
export interface Answer {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** Ids of the images; the second differs from the first by the file /second. */
export const FIRST = "1".repeat(64);
export const SECOND = "2".repeat(64);

/** A node for tests. In /run: containers of other tests bind /tmp with all that is mounted there, and would keep it. */
export class NodeSite {
  readonly dir = mkdtempSync("/run/berth-node-test-");
  readonly user: OrdinaryUser = ordinaryUser();
  readonly nodeDir = this.place("node");
  readonly images = this.place("images");

  constructor() {
    chmodSync(this.dir, 0o711);
    for (const name of ["images", "cache", "site", "data"]) mkdirSync(this.place(name));
    chownSync(this.place("data"), this.user.uid, this.user.gid);
    makeTree(this.place("tree"));
    this.publish(FIRST);
    writeFileSync(this.place("tree/second"), "");
    this.publish(SECOND);
    writeFileSync(this.place("site/file"), "the site's\n");
    this.configure({});
  }

  place(name: string): string {
    return join(this.dir, name);
  }

  publish(id: string, meta = "FORMAT: squashfs\nENV: PATH=/bin\n"): void {
    const path = join(this.images, `${id}.squashfs`);
    packSquashfs(this.place("tree"), path);
    chmodSync(path, 0o600);
    writeFileSync(join(this.images, `${id}.meta`), meta);
  }

  /** Writes the configuration: the section `node` with these keys beside those that are needed. */
  configure(more: object): void {
    const node = {
      system: "test",
      imageDir: this.images,
      nodeDir: this.nodeDir,
      siteFs: [`${this.place("data")}:/data`],
      ...more,
    };
    writeFileSync(this.place("site.yaml"), JSON.stringify({ node }), { mode: 0o644 });
  }

  setup(job: string, words: readonly string[] = [], image = `id:${FIRST}`): Answer {
    return this.node("setup", "--uid", String(this.user.uid), "--job", job, "--image", image, ...words);
  }

  teardown(job: string, ...words: string[]): Answer {
    return this.node("teardown", "--uid", String(this.user.uid), "--job", job, ...words);
  }

  // biome-ignore lint/suspicious/noExplicitAny: what JSON says is judged by the test
  status(): any {
    return JSON.parse(this.node("status", "--json").out);
  }

  node(name: string, ...words: string[]): Answer {
    return run([BINARY, ...this.words(name, ...words)], ENV);
  }

  words(name: string, ...words: string[]): readonly string[] {
    return ["node", name, "--config", this.place("site.yaml"), ...words];
  }

  holder(job: string): string {
    return `${this.nodeDir}/${this.user.uid}.${job}`;
  }

  /** The command line of `shifter` in a job's container, as the user. */
  shifterWords(...words: string[]): readonly string[] {
    return asUser(this.user, [join(dirname(BINARY), "shifter"), `--image=id:${FIRST}`, ...words]);
  }

  jobEnv(job: string): Record<string, string> {
    return {
      ...ENV,
      HOME: this.user.home,
      SLURM_JOB_ID: job,
      BERTH_NODE_DIR: this.nodeDir,
      BERTH_SITE_CONFIG: this.place("site.yaml"),
    };
  }

  shifter(job: string, ...words: string[]): Answer {
    return run(this.shifterWords(...words), this.jobEnv(job));
  }

  /** Runs as the user whose container it is, or as another one. */
  as(who: "user" | "other", ...argv: string[]): Answer {
    const words =
      who === "user"
        ? asUser(this.user, argv)
        : ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", ...argv];
    return run(words, ENV);
  }

  /** What is on the machine of all set-ups: mounts, loop devices, files. */
  leftovers(): readonly string[] {
    const below = (path: string | undefined) => path?.startsWith(`${this.dir}/`) ?? false;
    const mounts = readFileSync("/proc/self/mounts", "utf8")
      .split("\n")
      .map((line) => line.split(" ")[1]);
    const loops = readdirSync("/sys/block")
      .map((name) => backing(name))
      .filter(below);
    const files = [this.nodeDir, this.place("cache")].flatMap((dir) => (existsSync(dir) ? readdirSync(dir) : []));
    return [...mounts.filter(below), ...loops, ...files].map(String);
  }

  close(): void {
    removeAll(this.dir);
  }
}

export const ENV = { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" };

function run([command = "false", ...args]: readonly string[], env: Record<string, string>): Answer {
  const { status, stdout, stderr } = spawnSync(command, args, { env, cwd: "/", encoding: "utf8", timeout: 30_000 });
  return { status, out: stdout.trim(), err: stderr.trim() };
}

function backing(name: string): string {
  const path = `/sys/block/${name}/loop/backing_file`;
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return "";
  }
}

/** Waits for something that another process does and sends no notice of. */
export async function until(condition: () => boolean, seconds = 60): Promise<void> {
  for (const end = Date.now() + seconds * 1000; !condition(); ) {
    if (Date.now() > end) throw new Error("it did not happen in time");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
