// Runs the container tools of the machine against a gateway that lives in the test's own process: never by waiting
// calls, which would keep the gateway from answering.

import { execFile, spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { removeTree } from "../../src/oci/store/sandboxes.ts";
import { asUser, type OrdinaryUser } from "../support/ordinary-user.ts";

/** What a client said. */
export interface Said {
  readonly status: number | null;
  readonly said: string;
}

/** Runs a program to its end; what takes longer than a minute is ended. */
export function run(
  program: string,
  words: readonly string[],
  env: Readonly<Record<string, string | undefined>> = process.env,
  cwd = process.cwd(),
): Promise<Said> {
  return new Promise((resolve) => {
    execFile(program, words, { env, cwd, timeout: 60_000, maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === "number" ? error.code : null;
      resolve({ status, said: stdout + stderr });
    });
  });
}

/** Runs skopeo with these words. */
export function skopeo(...words: string[]): Promise<Said> {
  return run("skopeo", ["--insecure-policy", ...words]);
}

/** Runs a program as the ordinary user, in a folder of his, with these further variables. */
export function runAsUser(
  user: OrdinaryUser,
  words: readonly string[],
  folder: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Said> {
  const [program = "false", ...rest] = asUser(user, words);
  const path = { PATH: "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", HOME: folder, USER: user.name };
  return run(program, rest, { ...path, XDG_RUNTIME_DIR: folder, TMPDIR: folder, ...env }, folder);
}

/** Podman or buildah of the ordinary user, with all their storage in the folder. */
export function storageFlags(folder: string): readonly string[] {
  return ["--root", join(folder, "storage"), "--runroot", join(folder, "run"), "--storage-driver", "vfs"];
}

/** Removes a client's folder with what it left there; podman's process for its namespace ends too. */
export async function endClient(user: OrdinaryUser, folder: string): Promise<void> {
  // It stays until it is told that another version follows.
  if (existsSync(join(folder, "storage"))) {
    await runAsUser(user, ["podman", ...storageFlags(folder), "system", "migrate"], folder);
  }
  await removeTree(folder);
}

/** Docker's engine or containerd for one test: the words that reach it, and its end. */
export interface Engine {
  call(...words: string[]): Promise<Said>;
  stop(): Promise<void>;
}

/** Starts Docker's engine with these flags. */
export function startDockerd(folder: string, flags: readonly string[]): Promise<Engine> {
  const socket = `unix://${join(folder, "docker.sock")}`;
  const net = ["--iptables=false", "--ip6tables=false", "--bridge=none", "--ip-forward=false"];
  const places = ["--data-root", join(folder, "data"), "--exec-root", join(folder, "exec"), "-p", join(folder, "pid")];
  const words = ["--storage-driver", "vfs", ...net, ...places, "-H", socket, ...flags];
  const env = { PATH: process.env["PATH"], HOME: folder };
  return startEngine("/usr/sbin/dockerd", words, folder, (...asked) => run("docker", ["-H", socket, ...asked], env), [
    "version",
  ]);
}

/** Starts containerd. */
export async function startContainerd(folder: string): Promise<Engine> {
  const socket = join(folder, "containerd.sock");
  const config = join(folder, "config.toml");
  const off = '["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt"]';
  const places = `root = "${folder}/root"\nstate = "${folder}/state"\n[grpc]\n  address = "${socket}"\n`;
  await writeFile(config, `version = 2\ndisabled_plugins = ${off}\n${places}`);
  return startEngine("containerd", ["-c", config], folder, (...asked) => run("ctr", ["-a", socket, ...asked]), [
    "version",
  ]);
}

async function startEngine(
  program: string,
  words: readonly string[],
  folder: string,
  call: Engine["call"],
  probe: readonly string[],
): Promise<Engine> {
  const log = openSync(join(folder, "log"), "a");
  const child = spawn(program, words, { stdio: ["ignore", log, log] });
  closeSync(log);
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
  };
  for (let left = 150; (await call(...probe)).status !== 0; left -= 1) {
    if (child.exitCode === null && left > 0) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      continue;
    }
    await stop();
    throw new Error(`${program} did not start: ${readFileSync(join(folder, "log"), "utf8")}`);
  }
  return { call, stop };
}
