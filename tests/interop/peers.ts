// Other tools that run images, each set up in a folder of its own so that nothing of the machine's engines is touched. A
// control image made by none of berth's code tells whether a tool can run anything here.

import { spawn, spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { asUser, installed, type OrdinaryUser, runAs } from "../support/ordinary-user.ts";

/** What a command of a tool has said. */
export interface Said {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A tool that takes images in and runs them. */
export interface Peer {
  readonly name: string;
  /** Takes in `source` (`docker-archive:…`, `oci-archive:…`, `oci:…`, `docker://…`) and runs its own command. */
  run(source: string): Said;
}

/** Podman of an ordinary user. runc, since crun refuses machines with both kinds of control groups. */
export function podman(user: OrdinaryUser, folder: string) {
  const runtime = installed("runc") ? ["--runtime", "runc"] : [];
  const places = ["--root", join(folder, "podman"), "--runroot", join(folder, "podman-run")];
  const flags = [...places, "--storage-driver", "vfs", "--cgroup-manager", "cgroupfs", ...runtime];
  const env = { XDG_RUNTIME_DIR: folder, TMPDIR: folder };
  const call = (...words: string[]): Said => runAs(user, ["podman", ...flags, ...words], { cwd: folder, env });
  const socket = join(folder, "podman.sock");
  return {
    name: "podman",
    call,
    /** Gives its images out as Docker's engine does while `work` goes on, which is given the address. */
    async serving(work: (host: string) => void): Promise<void> {
      const words = asUser(user, ["podman", ...flags, "system", "service", "--time", "0", `unix://${socket}`]);
      const child = spawn(words[0] ?? "", words.slice(1), {
        cwd: folder,
        env: { PATH: process.env["PATH"], HOME: user.home, USER: user.name, ...env },
        stdio: "ignore",
      });
      const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
      try {
        for (let left = 200; !existsSync(socket) && child.exitCode === null && left > 0; left -= 1)
          await new Promise((resolve) => setTimeout(resolve, 50));
        work(`unix://${socket}`);
      } finally {
        child.kill("SIGTERM");
        await ended;
      }
    },
    run(source: string): Said {
      const tls = source.startsWith("docker://") ? ["--tls-verify=false"] : [];
      const pulled = call("pull", "-q", ...tls, source);
      if (pulled.status !== 0) return pulled;
      return call("run", "--rm", "--network", "none", pulled.stdout.trim().split("\n").at(-1) ?? "");
    },
  };
}

/** Buildah of an ordinary user: no engine at all, only a chroot in a user namespace. */
export function buildah(user: OrdinaryUser, folder: string) {
  const flags = [
    "--storage-driver",
    "vfs",
    "--root",
    join(folder, "buildah"),
    "--runroot",
    join(folder, "buildah-run"),
  ];
  const env = { XDG_RUNTIME_DIR: folder, TMPDIR: folder };
  const call = (...words: string[]): Said => {
    const [command = "", ...rest] = words;
    return runAs(user, ["buildah", ...flags, command, ...rest], { cwd: folder, env });
  };
  return {
    name: "buildah",
    call,
    run(source: string): Said {
      const tls = source.startsWith("docker://") ? ["--tls-verify=false"] : [];
      const from = call("from", "-q", ...tls, source);
      if (from.status !== 0) return from;
      const container = from.stdout.trim().split("\n").at(-1) ?? "";
      // It knows RUN, not the image's own program: that is named here. What a program prints as its last may be lost in
      // buildah's own pipe, so that it prints into a file, by a shell that the image need not have.
      const said = mkdtempSync(join(folder, "said-"));
      // Whoever that is in the image.
      chmodSync(said, 0o777);
      copyFileSync("/usr/bin/busybox", join(said, "sh"));
      const words = ["/said/sh", "-c", 'exec /bin/echo "$@" > /said/words', "sh", "entry point", "cmd 1", "$HOME"];
      const ran = call("run", "--isolation", "chroot", "--volume", `${said}:/said`, container, "--", ...words);
      return ran.status === 0 ? { ...ran, stdout: readFileSync(join(said, "words"), "utf8") } : ran;
    },
  };
}

/** umoci unpacks layouts; busybox of the unpacked tree runs in a chroot of a user namespace. */
export function umoci(user: OrdinaryUser, folder: string): Peer {
  return {
    name: "umoci",
    run(source) {
      const layout = source.replace(/^oci:/, "");
      const bundle = join(folder, `bundle-${layout.replace(/\W/g, "-")}`);
      const unpacked = runAs(user, ["umoci", "unpack", "--rootless", "--image", layout, bundle], { cwd: folder });
      if (unpacked.status !== 0) return unpacked;
      const words = ["unshare", "-r", "chroot", join(bundle, "rootfs"), "/bin/echo", "entry point", "cmd 1", "$HOME"];
      return runAs(user, words, { cwd: folder });
    },
  };
}

/** Charliecloud of an ordinary user: pulls from registries with TLS only, runs folders. */
export function charliecloud(user: OrdinaryUser, folder: string) {
  const env = { CH_IMAGE_STORAGE: join(folder, "charliecloud"), TMPDIR: folder, USER: user.name };
  const inside = ["--", "/bin/echo", "entry point", "cmd 1", "$HOME"];
  return {
    name: "charliecloud",
    runFolder: (path: string): Said => runAs(user, ["ch-run", path, ...inside], { cwd: folder, env }),
    run(source: string): Said {
      const reference = source.replace("docker://", "");
      const tree = join(folder, `ch-${reference.replace(/\W/g, "-")}`);
      const pull = ["ch-image", "--no-cache", "--tls-no-verify", "pull", reference, "image"];
      const pulled = runAs(user, pull, { cwd: folder, env });
      if (pulled.status !== 0) return pulled;
      const converted = runAs(user, ["ch-convert", "-i", "ch-image", "-o", "dir", "image", tree], { cwd: folder, env });
      return converted.status === 0 ? this.runFolder(tree) : converted;
    },
  };
}

/** Docker's engine, started for the tests alone. */
export interface Docker extends Peer {
  /** `unix:///…` */
  readonly host: string;
  call(...words: string[]): Said;
  stop(): Promise<void>;
}

/** Starts the engine; a sentence says why it cannot run here. */
export async function startDocker(folder: string): Promise<Docker | string> {
  const program = ["/usr/sbin/dockerd", "/usr/bin/dockerd"].find(existsSync);
  if (!program) return "docker.io is not installed";
  if (process.getuid?.() !== 0) return "Docker's engine needs root";
  const home = join(folder, "docker");
  mkdirSync(home);
  const socket = join(home, "docker.sock");
  const log = openSync(join(home, "log"), "a");
  const flags = [
    "--storage-driver",
    "vfs",
    "--iptables=false",
    "--ip6tables=false",
    "--bridge=none",
    "--ip-forward=false",
  ];
  const places = ["--data-root", join(home, "data"), "--exec-root", join(home, "exec"), "-p", join(home, "pid")];
  const child = spawn(program, [...flags, ...places, "-H", `unix://${socket}`], { stdio: ["ignore", log, log] });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const host = `unix://${socket}`;
  const call = (...words: string[]): Said =>
    spawnSync("docker", ["-H", host, ...words], {
      cwd: folder,
      encoding: "utf8",
      env: { PATH: process.env["PATH"], HOME: home },
    });
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
  };
  for (let left = 150; call("version").status !== 0; left -= 1) {
    if (child.exitCode === null && left > 0) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      continue;
    }
    await stop();
    const words = readFileSync(join(home, "log"), "utf8").trim().split("\n").at(-1);
    return `Docker's engine does not start here: ${words}`;
  }
  return { name: "docker", host, call, stop, run: (source) => runInDocker(call, source) };
}

function runInDocker(call: Docker["call"], source: string): Said {
  const archive = /^docker-archive:(.*\.tar)/.exec(source)?.[1];
  const taken = archive ? call("load", "-q", "-i", archive) : call("pull", "-q", source.replace("docker://", ""));
  if (taken.status !== 0) return taken;
  const name = taken.stdout.trim().replace(/^Loaded image(?: ID)?: /, "");
  return call("run", "--rm", "--network", "none", name);
}
