// Real container engines for tests: Docker's dockerd, and Podman's service with Docker's API. Each has its own folder,
// socket, bridge and addresses, and leaves nothing behind. Nothing of it needs the internet.
//
//   const engine = await startDockerd();            // skipIf(!hasDockerd)
//   const id = await engine.image({ name: "test/web:1", cmd: ["httpd", "-f", "-p", "80", "-h", "/www"], expose: ["80/tcp"] });
//   const digest = await engine.push(registry.host, "test/web:1");   // into a registry of startRegistry()
//   … engine.socket …
//   await engine.stop();                            // in afterAll

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { askEngine, type EngineAnswer } from "./engine-ask.ts";
import { dockerArchive, hasBusybox, type TinyImage } from "./engine-image.ts";
import { type EngineRange, onlyPodman, takeRange } from "./engine-range.ts";
import { claim, clear, FOLDER_PREFIX, sweep } from "./engine-remains.ts";
import { hasRootlessPrograms, rootlessPodman } from "./engine-rootless.ts";
import { ordinaryUser } from "./ordinary-user.ts";

const DOCKERD = "/usr/sbin/dockerd";
const PODMAN = "/usr/bin/podman";
const ROOT = process.getuid?.() === 0;

/** False where dockerd or runc are missing, or the tests do not run as root. */
export const hasDockerd = ROOT && hasBusybox && existsSync(DOCKERD) && existsSync("/usr/sbin/runc");
/** False where Podman, runc or netavark are missing, or the tests do not run as root. */
export const hasPodman =
  ROOT && hasBusybox && existsSync(PODMAN) && existsSync("/usr/sbin/runc") && existsSync("/usr/lib/podman/netavark");

/** False where Podman cannot be run by an ordinary user, for want of slirp4netns, fuse-overlayfs or unshare. */
export const hasRootlessPodman = hasPodman && hasRootlessPrograms;

/** Podman's API path cannot be told default limits, and this machine's root may not raise them: give them with each container. */
export const TEST_ULIMITS = [
  { Name: "nofile", Soft: 1024, Hard: 4096 },
  { Name: "nproc", Soft: 4096, Hard: 4096 },
] as const;

export interface TestEngine {
  readonly kind: "docker" | "podman";
  readonly dir: string;
  readonly socket: string;
  /** `unix:///…` */
  readonly address: string;
  readonly range: EngineRange;
  /** Loads a tiny image; answers its id. */
  image(image: TinyImage): Promise<string>;
  /** Puts a tiny image into a loopback registry; answers the digest of its manifest. The name is the same there. `login`: `USER:PASSWORD`. */
  push(host: string, image: TinyImage, login?: string): Promise<string>;
  /** The engine's API, past all code of ours. */
  ask(method: string, path: string, body?: unknown): Promise<EngineAnswer>;
  /** SIGKILL; containers may go on running. */
  crash(): Promise<void>;
  /** After `crash`: the same engine again, on the same data. */
  again(): Promise<void>;
  log(): string;
  stop(): Promise<void>;
}

/** What a test wants otherwise of a dockerd. */
export interface DockerdOptions {
  readonly arguments?: readonly string[];
  /** A file system of so many MiB of its own for images, containers and volumes; one that can be filled. */
  readonly diskMiB?: number;
}

/** Starts a dockerd (about one second). Containers reach each other and the host; rules of iptables are not written. */
export function startDockerd(options: DockerdOptions = {}): Promise<TestEngine> {
  return startEngine("docker", (dir, range) => ({
    diskMiB: options.diskMiB,
    argv: [
      DOCKERD,
      ...[
        "--config-file",
        join(dir, "daemon.json"),
        "--data-root",
        join(dir, "data"),
        "--exec-root",
        join(dir, "exec"),
      ],
      ...["--pidfile", join(dir, "pid"), "--host", `unix://${join(dir, "sock")}`, "--group", "root"],
      ...["--bridge", range.bridge, "--default-address-pool", `base=${range.pool},size=27`, "--iptables=false"],
      ...["--shutdown-timeout", "1", ...(options.arguments ?? [])],
    ],
    env: {},
  }));
}

/**
 * Starts Podman's service. `registries`: hosts that are asked without TLS. Every container needs `HostConfig.Ulimits`
 * (`TEST_ULIMITS`) here, and a network that it makes itself, with a subnet of `range.pool`, or the default one.
 */
export function startPodman(options: { readonly registries?: readonly string[] } = {}): Promise<TestEngine> {
  return startEngine("podman", (dir, range) => ({
    argv: [
      PODMAN,
      ...["--root", join(dir, "data"), "--runroot", join(dir, "run"), "--tmpdir", join(dir, "exec")],
      ...["--network-config-dir", join(dir, "networks"), "--runtime", "runc", "--cgroup-manager", "cgroupfs"],
      ...["--storage-driver", "overlay", "--events-backend", "file", "--network-backend", "netavark"],
      ...["system", "service", "--time=0", `unix://${join(dir, "sock")}`],
    ],
    env: { CONTAINERS_CONF: join(dir, "containers.conf"), CONTAINERS_REGISTRIES_CONF: join(dir, "registries.conf") },
    files: {
      "containers.conf": `[network]\ndefault_subnet = "${range.subnet}"\ndefault_subnet_pools = [{"base" = "${range.pool}", "size" = 27}]\n`,
      "registries.conf": (options.registries ?? [])
        .map((host) => `[[registry]]\nlocation = "${host}"\ninsecure = true\n`)
        .join(""),
    },
  }));
}

/** The same run by an ordinary user: no limits, addresses of containers are not reached from the host, ports are. */
export function startRootlessPodman(): Promise<TestEngine> {
  const user = ordinaryUser();
  return startEngine("podman", (dir, range) => rootlessPodman(user, dir, range));
}

export interface Program {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  /** Size of the file system that its data lie on; that of the machine unless said. */
  readonly diskMiB?: number | undefined;
  /** Whose folder it is; root's unless said. */
  readonly owner?: { readonly uid: number; readonly gid: number };
}

async function startEngine(
  kind: TestEngine["kind"],
  programOf: (dir: string, range: EngineRange) => Program,
): Promise<TestEngine> {
  sweep();
  const lock = kind === "podman" ? await onlyPodman(sweep) : undefined;
  const dir = await mkdtemp(join(tmpdir(), FOLDER_PREFIX));
  const range = takeRange(kind);
  claim(dir, range, lock);
  // Who may reach the socket is decided by the socket's own mode.
  await chmod(dir, 0o711);
  const program = programOf(dir, range);
  for (const [name, text] of Object.entries({ "daemon.json": "{}", ...program.files }))
    await writeFile(join(dir, name), text);
  if (program.diskMiB !== undefined) await mountDisk(join(dir, "data"), program.diskMiB);
  if (program.owner) await chown(dir, program.owner.uid, program.owner.gid);
  const engine = new RunningEngine(kind, dir, range, program);
  try {
    await engine.again();
  } catch (cause) {
    const words = engine.log();
    await engine.stop();
    throw new Error(`${kind} did not start: ${words.slice(-2000)}`, { cause });
  }
  return engine;
}

// Goes with everything else that is mounted below the engine's folder.
async function mountDisk(place: string, sizeMiB: number): Promise<void> {
  await mkdir(place);
  await promisify(execFile)("mount", ["-t", "tmpfs", "-o", `size=${sizeMiB}m`, "berth-test", place]);
}

class RunningEngine implements TestEngine {
  readonly kind: TestEngine["kind"];
  readonly dir: string;
  readonly socket: string;
  readonly address: string;
  readonly range: EngineRange;
  readonly #program: Program;
  #child: ChildProcess | undefined;

  constructor(kind: TestEngine["kind"], dir: string, range: EngineRange, program: Program) {
    this.kind = kind;
    this.dir = dir;
    this.socket = join(dir, "sock");
    this.address = `unix://${this.socket}`;
    this.range = range;
    this.#program = program;
    // A test process that ends without `stop` takes its engine with it.
    process.once("exit", this.#atExit);
  }

  readonly #atExit = () => clear(this.dir);

  log(): string {
    const file = join(this.dir, "log");
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  }

  ask(method: string, path: string, body?: unknown): Promise<EngineAnswer> {
    return askEngine(this.socket, method, path, body);
  }

  async image(image: TinyImage): Promise<string> {
    const { id, archive } = await dockerArchive(image);
    const answer = await this.ask("POST", "/images/load?quiet=1", archive);
    if (answer.status !== 200 || answer.text.includes('"errorDetail"')) throw new Error(`load: ${answer.text}`);
    return id;
  }

  async push(host: string, image: TinyImage, login?: string): Promise<string> {
    const { archive } = await dockerArchive(image);
    const folder = await mkdtemp(join(this.dir, "push-"));
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "image.tar"), archive);
    const from = `docker-archive:${join(folder, "image.tar")}`;
    const digest = join(folder, "digest");
    const run = promisify(execFile);
    const flags = ["--insecure-policy", "--tmpdir", folder, "copy", "--quiet", "--dest-tls-verify=false"];
    if (login !== undefined) flags.push("--dest-creds", login);
    await run("skopeo", [...flags, "--digestfile", digest, from, `docker://${host}/${image.name}`]);
    const written = readFileSync(digest, "utf8").trim();
    await rm(folder, { recursive: true, force: true });
    return written;
  }

  async crash(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
  }

  async again(): Promise<void> {
    const [program = "", ...rest] = this.#program.argv;
    // What a killed dockerd leaves would keep the next one from starting.
    for (const name of ["pid", "sock", "exec/containerd/containerd.pid"])
      await rm(join(this.dir, name), { force: true });
    const log = openSync(join(this.dir, "log"), "a");
    const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", HOME: this.dir, TMPDIR: this.dir, ...this.#program.env };
    const child = spawn(program, rest, { stdio: ["ignore", log, log], env });
    closeSync(log);
    this.#child = child;
    const until = Date.now() + 30_000;
    while (!(await this.#answers())) {
      if (child.exitCode !== null || Date.now() > until) throw new Error("the engine does not answer");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async #answers(): Promise<boolean> {
    try {
      return (await this.ask("GET", "/_ping")).status === 200;
    } catch {
      return false;
    }
  }

  async stop(): Promise<void> {
    process.off("exit", this.#atExit);
    try {
      await this.#removeContainers();
    } catch {
      // It does not answer any more: what it left is found below.
    }
    const child = this.#child;
    if (child && child.exitCode === null) {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), 5000);
      await gone;
      clearTimeout(timer);
    }
    clear(this.dir);
  }

  async #removeContainers(): Promise<void> {
    const { json } = await this.ask("GET", "/v1.41/containers/json?all=1");
    const ids = Array.isArray(json) ? json.map((one: { Id: string }) => one.Id) : [];
    await Promise.all(ids.map((id) => this.ask("DELETE", `/v1.41/containers/${id}?force=1&v=1`)));
    const networks = await this.ask("GET", "/v1.41/networks");
    for (const { Name } of Array.isArray(networks.json) ? (networks.json as { Name: string }[]) : []) {
      if (!["bridge", "host", "none", "podman"].includes(Name)) await this.ask("DELETE", `/v1.41/networks/${Name}`);
    }
  }
}
