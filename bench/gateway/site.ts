// What the measures of the gateway share: a munged of its own, a database with 100,000 images (made once and kept), the
// gateway as people run it, and beside it a server that does per request what Shifter's does.

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { nodeFlags } from "../../src/cli/serve-node.ts";
import { type Munge, openMunge } from "../../src/gateway/auth/munge.ts";
import { startMunge, type TestMunge } from "../../tests/support/munge.ts";
import { SYSTEM, seedImages } from "./seed.ts";

export const IMAGES = 100_000;

/** The surroundings of the measures. */
export interface GatewaySite {
  readonly munged: TestMunge;
  readonly munge: Munge;
  /** Starts the gateway with the images. */
  startGateway(): Promise<BenchServer>;
  /** Starts the server that runs `unmunge` for every request and answers the same bytes. */
  startBaseline(): Promise<BenchServer>;
  close(): Promise<void>;
}

/** A running server. */
export interface BenchServer {
  readonly port: number;
  /** Bytes of memory that it has at the moment, without its children. */
  memory(): Promise<number>;
  /** Seconds of CPU time that it has used. */
  cpu(): Promise<number>;
  stop(): Promise<void>;
}

const CHECKOUT = resolve(import.meta.dirname, "../..");
const DIR = join(resolve(process.env["BERTH_BENCH_DIR"] ?? "/var/tmp/berth-bench"), "gateway");

export async function openSite(): Promise<GatewaySite> {
  const seeded = join(DIR, `images-${IMAGES}.db`);
  await mkdir(join(DIR, "images"), { recursive: true });
  if (!existsSync(seeded)) await seed(seeded);
  const munged = await startMunge({ threads: 4 });
  const config = join(DIR, "site.yaml");
  // The comment keeps it from being taken for Shifter's file, which begins with a brace.
  await writeFile(config, `# JSON is YAML.\n${JSON.stringify(siteOf(munged.socket))}`);
  return {
    munged,
    munge: openMunge(munged.socket),
    async startGateway() {
      await rm(join(DIR, "state"), { recursive: true, force: true });
      await mkdir(join(DIR, "state"), { recursive: true });
      await copyFile(seeded, join(DIR, "state", "berth.db"));
      return start([...nodeFlags(availableParallelism()), modules(), "serve", "--config", config]);
    },
    startBaseline: () => start([join(import.meta.dirname, "baseline-server.ts"), munged.socket]),
    close: () => munged.stop(),
  };
}

function siteOf(munge: string): object {
  return {
    server: { listen: "127.0.0.1:0", stateDir: join(DIR, "state"), logLevel: "info" },
    gateway: { systems: { [SYSTEM]: { imageDir: join(DIR, "images"), munge, admins: ["root"] } } },
  };
}

// What users run; the sources would be read and stripped of their types first.
function modules(): string {
  const built = process.env["BERTH_MODULES"] ?? join(CHECKOUT, "build", "modules");
  const main = join(built, "main.js");
  if (!existsSync(main)) throw new Error(`${main} is missing: ./berth --version builds it`);
  return main;
}

async function seed(path: string): Promise<void> {
  process.stderr.write(`making ${IMAGES} images\n`);
  const partial = `${path}.partial`;
  for (const end of ["", "-wal", "-shm"]) await rm(`${partial}${end}`, { force: true });
  await seedImages(`sqlite:${partial}`, IMAGES);
  await copyFile(partial, path);
  await rm(partial);
}

async function start(words: readonly string[]): Promise<BenchServer> {
  const child = spawn(process.execPath, words, { stdio: ["ignore", "ignore", "pipe"] });
  const port = await portOf(child);
  // From now on the log goes nowhere, but is read: a full pipe would stop the server.
  child.stderr?.resume();
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const of = (name: string) => readFile(`/proc/${child.pid}/${name}`, "utf8");
  return {
    port,
    memory: async () => Number(/^VmRSS:\s+(\d+) kB/m.exec(await of("status"))?.[1]) * 1024,
    async cpu() {
      const [user = 0, system = 0] = (await of("stat")).split(" ").slice(13, 15).map(Number);
      return (user + system) / 100;
    },
    async stop() {
      child.kill("SIGTERM");
      await gone;
    },
  };
}

function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    if (!child.stderr) throw new Error("no pipe");
    const words: string[] = [];
    const lines = createInterface(child.stderr);
    lines.on("line", (line) => {
      words.push(line);
      const port = /"url":"http:\/\/[^"]*:(\d+)"/.exec(line)?.[1];
      if (!port) return;
      lines.close();
      resolve(Number(port));
    });
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}: ${words.join("\n")}`)));
  });
}
