// A gateway as a site runs it, `berth serve` with an imagemanager.json, in a process and a folder of its own: with a clock
// that tests set forward. Stop it when done.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const MAIN = join(import.meta.dirname, "../../src/main.ts");
const CLOCK = join(import.meta.dirname, "moved-clock.mjs");

/** What is different from a plain gateway of the systems `cluster` and `other` with mock credentials. */
export interface GatewaySetup {
  /** Registries by name; the first is the default one. */
  readonly locations?: Readonly<Record<string, object>>;
  /** Keys of imagemanager.json. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Keys of each of its platforms. */
  readonly platform?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Address of a PostgreSQL database; else a file. */
  readonly database?: string | undefined;
}

/** A running gateway. */
export interface TestGateway {
  readonly url: string;
  readonly dir: string;
  readonly pid: number;
  /** What it logged so far. */
  log(): string;
  /** Sets its clock forward. */
  advance(seconds: number): Promise<void>;
  /** Names of the files that nodes see. */
  files(system?: string): Promise<readonly string[]>;
  /** The text of one of them. */
  file(name: string, system?: string): Promise<string>;
  stop(): Promise<void>;
}

export async function startGateway(setup: GatewaySetup = {}): Promise<TestGateway> {
  const dir = await mkdtemp(join(tmpdir(), "berth-gateway-"));
  const clock = join(dir, "clock");
  let ahead = 0;
  await writeFile(clock, "0");
  await writeFile(join(dir, "imagemanager.json"), JSON.stringify(await configuration(dir, setup)));
  const words: string[] = [];
  const child = launch(dir, setup, { BERTH_TEST_CLOCK: clock });
  const imageDir = (system: string) => join(dir, "images", system);
  const gateway = {
    dir,
    pid: child.pid ?? 0,
    log: () => words.join("\n"),
    advance: async (seconds: number) => {
      ahead += seconds;
      // Whole or not at all: half a text would be another time.
      await writeFile(`${clock}.new`, String(ahead));
      await rename(`${clock}.new`, clock);
      // The process reads the file again within that time.
      await new Promise((resolve) => setTimeout(resolve, 10));
    },
    files: async (system = "cluster") => (await readdir(imageDir(system))).sort(),
    file: (name: string, system = "cluster") => readFile(join(imageDir(system), name), "utf8"),
    stop: () => end(child, dir),
  };
  try {
    return { ...gateway, url: await address(child, words) };
  } catch (error) {
    await gateway.stop();
    throw error;
  }
}

async function configuration(dir: string, { locations = {}, config, platform }: GatewaySetup): Promise<object> {
  const systems: Record<string, object> = {};
  for (const name of ["cluster", "other"]) {
    await mkdir(join(dir, "images", name), { recursive: true });
    const local = { imageDir: join(dir, "images", name) };
    systems[name] = { accesstype: "local", admins: ["root"], local, ...platform };
  }
  return {
    DefaultImageLocation: Object.keys(locations)[0] ?? "docker.io",
    DefaultImageFormat: "squashfs",
    ImageExpirationTimeout: "0:1:0:0",
    Authentication: "mock",
    Metrics: true,
    CacheDirectory: join(dir, "cache"),
    ExpandDirectory: join(dir, "expand"),
    ImportUsers: "None",
    Locations: locations,
    Platforms: systems,
    ...config,
  };
}

function launch(dir: string, { env, database }: GatewaySetup, more: Readonly<Record<string, string>>): ChildProcess {
  const words = [
    "--import",
    CLOCK,
    MAIN,
    "serve",
    "--config",
    join(dir, "imagemanager.json"),
    "--listen",
    "127.0.0.1:0",
  ];
  return spawn(process.execPath, words, {
    stdio: ["ignore", "ignore", "pipe"],
    env: {
      PATH: process.env["PATH"],
      HOME: dir,
      STATE_DIRECTORY: join(dir, "state"),
      ...(database === undefined ? {} : { BERTH_DATABASE: database }),
      ...env,
      ...more,
    },
  });
}

function address(child: ChildProcess, words: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    if (!child.stderr) throw new Error("no pipe");
    createInterface(child.stderr).on("line", (line) => {
      words.push(line);
      const url = /"url":"([^"]+)"/.exec(line)?.[1];
      if (url) resolve(url);
    });
    child.once("exit", (code, signal) => {
      const last = `berth serve ended with ${code ?? signal}: ${words.slice(-20).join("\n")}`;
      // Unasked for, it is the reason of whatever fails afterwards.
      if (code !== 0) console.error(last);
      reject(new Error(last));
    });
  });
}

async function end(child: ChildProcess, dir: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await gone;
  }
  await rm(dir, { recursive: true, force: true });
}
