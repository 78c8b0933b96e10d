// Starts a real OpenSSH server on loopback for a test: own keys, own port, own configuration, and a client configuration
// that knows them. It runs as the ordinary user of the tests, and lets in nobody else. Stop it when done.

import { execFileSync, spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { chmod, chown, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer, connect as dial, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asUser, type OrdinaryUser, ordinaryUser } from "./ordinary-user.ts";
import { freePort, listening } from "./registry.ts";

const PROGRAM = "/usr/sbin/sshd";
// Memory where there is such a file system: what is published is synced, and a busy disk would be waited for.
const PARENT = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

/** False where the server is not installed; tests that need it are skipped then. */
export const hasSshd = existsSync(PROGRAM) && existsSync("/usr/bin/ssh") && existsSync("/usr/bin/scp");

/** A running server. */
export interface TestSshd {
  readonly port: number;
  /** Who may log in. */
  readonly user: OrdinaryUser;
  /** File of the private key that opens it. */
  readonly key: string;
  /** `known_hosts` with the server's key. */
  readonly knownHosts: string;
  /** Options for ssh and scp: port, known hosts, and no other key or configuration of the caller. */
  readonly options: readonly string[];
  /** A folder that the user can write. */
  readonly folder: string;
  /** Folder of its own, removed by `stop`. */
  readonly dir: string;
  log(): string;
  /** Ends the server and every connection; `stop` is still needed. */
  die(): Promise<void>;
  stop(): Promise<void>;
}

export interface SshdSetup {
  /** Further lines of its configuration. */
  readonly config?: readonly string[];
  /** Bytes of a file system of its own under the folder, which only the server sees. Needs root. */
  readonly diskBytes?: number;
}

/** Starts a server. */
export async function startSshd({ config = [], diskBytes }: SshdSetup = {}): Promise<TestSshd> {
  const user = ordinaryUser();
  const dir = await mkdtemp(join(PARENT, "berth-sshd-"));
  await chmod(dir, 0o755);
  const [key, hostKey, knownHosts] = [join(dir, "key"), join(dir, "host_key"), join(dir, "known_hosts")];
  for (const file of [key, hostKey]) execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file]);
  const port = await freePort();
  await writeFile(join(dir, "authorized_keys"), readFileSync(`${key}.pub`), { mode: 0o644 });
  await writeFile(knownHosts, `[127.0.0.1]:${port} ${readFileSync(`${hostKey}.pub`, "utf8")}`);
  const folder = join(dir, "images");
  await mkdir(folder);
  await writeFile(join(dir, "sshd_config"), [...serverLines(dir, port, user), ...config, ""].join("\n"));
  const logFile = openSync(join(dir, "log"), "a");
  for (const name of await readdir(dir)) await chown(join(dir, name), user.uid, user.gid);
  await chown(dir, user.uid, user.gid);
  const server = asUser(user, [PROGRAM, "-D", "-e", "-f", join(dir, "sshd_config")]);
  const [command = "", ...args] = diskBytes === undefined ? server : onOwnDisk(folder, diskBytes, user, server);
  const child = spawn(command, args, { stdio: ["ignore", logFile, logFile] });
  closeSync(logFile);
  const log = () => readFileSync(join(dir, "log"), "utf8");
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const die = async () => {
    endAll(child.pid ?? 0);
    await exited;
  };
  const stop = async () => {
    await die();
    await rm(dir, { recursive: true, force: true });
  };
  await listening(port, () => child.exitCode !== null).catch(async (cause) => {
    const words = log();
    await stop();
    throw new Error(`sshd did not start: ${words}`, { cause });
  });
  return { port, user, key, knownHosts, options: clientOptions(port, knownHosts), folder, dir, log, die, stop };
}

function onOwnDisk(folder: string, bytes: number, { uid, gid }: OrdinaryUser, argv: readonly string[]) {
  const script = 'mount -t tmpfs -o "$1" none "$2" && shift 2 && exec "$@"';
  const options = `size=${bytes},uid=${uid},gid=${gid},mode=700`;
  return ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh", options, folder, ...argv];
}

function serverLines(dir: string, port: number, user: OrdinaryUser): readonly string[] {
  return [
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    `HostKey ${dir}/host_key`,
    `AuthorizedKeysFile ${dir}/authorized_keys`,
    // The folder lies below /tmp, which others may write.
    "StrictModes no",
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "UsePAM no",
    `PidFile ${dir}/pid`,
    "MaxStartups 100",
    `AllowUsers ${user.name}`,
    "Subsystem sftp internal-sftp",
  ];
}

function clientOptions(port: number, knownHosts: string): readonly string[] {
  const options = [
    `Port=${port}`,
    `UserKnownHostsFile=${knownHosts}`,
    "GlobalKnownHostsFile=/dev/null",
    "StrictHostKeyChecking=yes",
    "IdentitiesOnly=yes",
    "IdentityAgent=none",
    // The usual exchange, safe from quantum computers, would take most of a test's time.
    "KexAlgorithms=curve25519-sha256",
  ];
  return ["-F", "/dev/null", ...options.flatMap((option) => ["-o", option])];
}

// Connections are served by sessions of their own, so a group's signal would miss them.
function endAll(pid: number): void {
  for (const one of [...descendants(pid), pid]) {
    try {
      process.kill(one, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  }
}

function descendants(pid: number): readonly number[] {
  const lines = execFileSync("ps", ["-eo", "pid=,ppid="], { encoding: "utf8" }).trim().split("\n");
  const pairs = lines.map((line) => line.trim().split(/\s+/).map(Number));
  const below = (parent: number): number[] =>
    pairs.filter(([, of]) => of === parent).flatMap(([one = 0]) => [...below(one), one]);
  return below(pid);
}

/** A way to a port that can be cut, or made slow. */
export interface TestLink {
  readonly port: number;
  /** Bytes that have gone to the server so far. */
  sent(): number;
  stop(): Promise<void>;
}

export interface LinkSetup {
  /** Cuts a connection after so many bytes to the server; only the first `cuts` ones. */
  readonly cutAfter?: number;
  readonly cuts?: number;
  /** Bytes per second to the server. */
  readonly rate?: number;
}

/** Listens on a port of its own and passes everything on to `target`. */
export async function startLink(target: number, setup: LinkSetup): Promise<TestLink> {
  let [sent, cuts] = [0, setup.cuts ?? Number.POSITIVE_INFINITY];
  const sockets = new Set<Socket>();
  const server: Server = createServer((client) => {
    const out = dial(target, "127.0.0.1");
    for (const socket of [client, out]) {
      sockets.add(socket);
      socket.on("error", () => undefined).on("close", () => end(client, out));
    }
    let passed = 0;
    out.pipe(client);
    client.on("data", (chunk: Buffer) => {
      sent += chunk.length;
      passed += chunk.length;
      if (setup.cutAfter !== undefined && passed > setup.cutAfter && cuts > 0) {
        cuts -= 1;
        return end(client, out);
      }
      out.write(chunk);
      if (setup.rate === undefined) return;
      client.pause();
      setTimeout(() => client.resume(), (chunk.length / setup.rate) * 1000);
    });
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    port,
    sent: () => sent,
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

function end(...sockets: readonly Socket[]): void {
  for (const socket of sockets) socket.destroy();
}
