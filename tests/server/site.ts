// A server as a process for the tests: its own folders, configuration and port, real munge, started as people start it.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const CHECKOUT = join(import.meta.dirname, "..", "..");

export interface SiteSetup {
  readonly mungeSocket?: string;
  readonly database?: string;
  readonly stateDir?: string;
  readonly admins?: string;
  /** File with the database's password. */
  readonly passwordFile?: string;
  /** Further keys of `gateway`. */
  readonly gateway?: Readonly<Record<string, unknown>>;
  /** The section `registry`. */
  readonly registry?: Readonly<Record<string, unknown>>;
}

/** Folders and a `site.yaml` of a site with the system `cluster`. */
export interface TestSite {
  readonly dir: string;
  readonly config: string;
  configure(setup?: SiteSetup): Promise<void>;
  serve(...args: string[]): Promise<ServeProcess>;
  /** Runs `berth serve` to its end. */
  run(...args: string[]): Promise<Ended>;
  remove(): Promise<void>;
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running `berth serve`. */
export interface ServeProcess {
  readonly url: string;
  readonly pid: number;
  /** Lines of its log so far. */
  log(): readonly Readonly<Record<string, unknown>>[];
  /** Waits for a line with this message. */
  said(message: string): Promise<Readonly<Record<string, unknown>>>;
  signal(name: "SIGTERM" | "SIGHUP" | "SIGKILL" | "SIGINT"): void;
  readonly ended: Promise<Ended>;
  stop(): Promise<Ended>;
}

export async function makeSite(first: SiteSetup = {}): Promise<TestSite> {
  const dir = await mkdtemp(join(tmpdir(), "berth-site-"));
  const config = join(dir, "site.yaml");
  const children = new Set<ChildProcess>();
  const site: TestSite = {
    dir,
    config,
    configure: (setup = first) => writeFile(config, siteYaml(dir, setup)),
    serve: (...args) => serving(start(children, config, args)),
    run: (...args) => endOf(start(children, config, args)),
    async remove() {
      for (const child of children) child.kill("SIGKILL");
      await rm(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  await mkdir(join(dir, "images"));
  await site.configure(first);
  return site;
}

function siteYaml(dir: string, setup: SiteSetup): string {
  const {
    mungeSocket,
    database = "state/berth.db",
    stateDir = "state",
    admins = "root",
    gateway = {},
    registry,
    passwordFile,
  } = setup;
  const system = { imageDir: join(dir, "images"), admins: [admins], ...(mungeSocket ? { munge: mungeSocket } : {}) };
  const password = passwordFile ? { databasePasswordFile: passwordFile } : {};
  const authentication = mungeSocket ? "munge" : "mock";
  // JSON is YAML.
  return `# A site\n${JSON.stringify({
    server: { listen: "127.0.0.1:0", database, stateDir, stopTimeout: "5s", ...password },
    gateway: { authentication, anonymous: true, systems: { cluster: system }, ...gateway },
    ...(registry ? { registry } : {}),
  })}\n`;
}

function start(children: Set<ChildProcess>, config: string, args: readonly string[]): ChildProcess {
  const words = [join(CHECKOUT, "src/main.ts"), "serve", "--config", config, ...args];
  // Nothing of the tester's own surroundings decides what the server does.
  const env = { PATH: process.env["PATH"] ?? "/usr/bin:/bin", HOME: "/nonexistent" };
  const child = spawn(process.execPath, words, { env, stdio: ["ignore", "pipe", "pipe"] });
  children.add(child);
  child.once("exit", () => children.delete(child));
  return child;
}

async function serving(child: ChildProcess): Promise<ServeProcess> {
  let text = "";
  child.stderr?.on("data", (chunk) => {
    text += chunk;
  });
  const ended = endOf(child);
  let over = false;
  void ended.then(() => {
    over = true;
  });
  const log = () =>
    text
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line));
  const said = async (message: string) => {
    for (const until = Date.now() + 90_000; ; await new Promise((resolve) => setTimeout(resolve, 20))) {
      const line = log().findLast(({ msg }) => msg === message);
      if (line) return line;
      if (over || Date.now() > until) throw new Error(`the server did not say "${message}":\n${text}`);
    }
  };
  const { url } = await said("serving");
  const signal: ServeProcess["signal"] = (name) => void child.kill(name);
  const stop = () => {
    child.kill("SIGTERM");
    return ended;
  };
  return { url: String(url), pid: child.pid ?? 0, log, said, signal, ended, stop };
}

function endOf(child: ChildProcess): Promise<Ended> {
  const words = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const)
    child[stream]?.on("data", (chunk) => {
      words[stream] += chunk;
    });
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, ...words })));
}
