// This machine as it is, in a namespace of its own where everything that is written goes to memory: for what installs and
// configures a whole system. Nothing of it reaches the machine; when it ends, it was never there.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What a program in there said. */
export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running copy of the machine. */
export interface ThrowAwayRoot {
  run(argv: readonly string[], options?: { readonly input?: string }): Ran;
  /** Paths of everything that was written or removed since it began, directories without news of their own left out. */
  written(): readonly string[];
  stop(): Promise<void>;
}

// The overlay's parts stay out of the copy's sight: the copy is all that programs in there see after chroot.
const SCRIPT = `
mount -t tmpfs -o mode=755 none "$1"
cd "$1" && mkdir upper work root
mount -t overlay -o lowerdir=/,upperdir=upper,workdir=work none root
for at in tmp run dev/shm; do mount -t tmpfs -o mode=1777 none root/$at; done
mount -t proc proc root/proc
for device in null zero random urandom tty fuse; do [ ! -c /dev/$device ] || { : >root/dev/$device; mount --bind /dev/$device root/dev/$device; }; done
mount --bind "$2" root/mnt
echo ready
exec sleep infinity
`;

// Marks of the overlay itself and of dpkg's own book-keeping.
const BOOK_KEEPING = /^\/(var\/lib\/dpkg|var\/log|var\/cache|dev|tmp|run|proc)(\/|$)/;

/** Begins one; needs root. The folder `shown` of the machine is /mnt in there. */
export async function throwAwayRoot(shown: string): Promise<ThrowAwayRoot> {
  const dir = mkdtempSync(join(tmpdir(), "berth-root-"));
  const apart = ["--mount", "--propagation", "private", "--pid", "--fork", "--kill-child"];
  const child = spawn("unshare", [...apart, "sh", "-euc", SCRIPT, "sh", dir, shown], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [words] = await Promise.race([once(child.stdout, "data"), once(child, "exit")]);
  if (!Buffer.isBuffer(words)) throw new Error("the copy of this machine could not be made");
  const holder = firstChild(child.pid ?? 0);
  const inside = (argv: readonly string[], input = ""): Ran => {
    const env = {
      PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      HOME: "/root",
      LC_ALL: "C.UTF-8",
    };
    return spawnSync("nsenter", ["--target", holder, "--mount", "--pid", ...argv], {
      cwd: "/",
      encoding: "utf8",
      env,
      input,
    });
  };
  return {
    run: (argv, { input } = {}) => inside(["chroot", join(dir, "root"), ...argv], input),
    written: () => {
      const found = inside(["find", join(dir, "upper"), "!", "-type", "d", "-printf", "/%P\\n"]).stdout;
      return found.split("\n").filter((path) => path !== "" && !BOOK_KEEPING.test(path));
    },
    stop: async () => {
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function firstChild(pid: number): string {
  return spawnSync("ps", ["-o", "pid=", "--ppid", String(pid)], { encoding: "utf8" }).stdout.trim();
}
