// A real PostgreSQL server for a test: its own folder, port and user, stopped and started at will. It refuses to run as
// root, so root's tests give it to the ordinary user of the tests.

import { spawn } from "node:child_process";
import { chownSync, existsSync, readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { AS_ROOT, asUser, ordinaryUser, runAs } from "./ordinary-user.ts";
import { freePort, listening } from "./registry.ts";

const BIN = newestBin();

/** False where the database server is not installed; tests that need it are skipped then. */
export const hasPostgres = BIN !== undefined;

/** A PostgreSQL server of the test's own. */
export interface TestPostgres {
  readonly port: number;
  /** Makes an empty database and answers its address. */
  createDatabase(): Promise<string>;
  /** Ends it: `fast` breaks connections off in order, `immediate` is a crash. */
  halt(how: "fast" | "immediate"): Promise<void>;
  /** Starts it again on the same port after `halt`. */
  start(): Promise<void>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

/** Makes and starts one; stop it when done. */
export async function startPostgres(): Promise<TestPostgres> {
  if (!BIN) throw new Error("PostgreSQL is not installed");
  const user = ordinaryUser();
  const dir = await mkdtemp(join(tmpdir(), "berth-postgres-"));
  if (AS_ROOT) chownSync(dir, user.uid, user.gid);
  const data = join(dir, "data");
  const run = (program: string, ...args: string[]) => {
    const { status, stderr, stdout } = runAs(user, [join(BIN, program), ...args], { cwd: "/" });
    if (status !== 0) throw new Error(`${program}: ${stdout}${stderr}`);
  };
  run("initdb", "--pgdata", data, "--auth", "trust", "--username", "berth", "--encoding", "UTF8", "--no-sync");
  const port = await freePort();
  const address = (database: string) => `postgres://berth@127.0.0.1:${port}/${database}`;
  let server: Server | undefined;
  const start = async () => {
    const settings = {
      port,
      unix_socket_directories: dir,
      listen_addresses: "127.0.0.1",
      fsync: "off",
      deadlock_timeout: "100ms",
    };
    const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    server = launch(asUser(user, [join(BIN, "postgres"), "-D", data, ...flags]));
    await ready(address("postgres"), port, server);
  };
  const halt = async (how: "fast" | "immediate") => {
    server?.end(how === "fast" ? "SIGINT" : "SIGQUIT");
    await server?.gone;
    server = undefined;
  };
  await start();
  let databases = 0;
  return {
    port,
    start,
    halt,
    createDatabase: async () => {
      databases += 1;
      await ask(address("postgres"), `create database test_${databases}`);
      return address(`test_${databases}`);
    },
    stop: async () => {
      await halt("immediate");
      await rm(dir, { recursive: true, force: true });
    },
  };
}

interface Server {
  readonly gone: Promise<void>;
  ended(): boolean;
  end(signal: NodeJS.Signals): void;
}

function launch([command = "false", ...args]: readonly string[]): Server {
  const child = spawn(command, args, { cwd: "/", stdio: "ignore", env: { PATH: "/usr/bin:/bin", LC_ALL: "C.UTF-8" } });
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return { gone, ended: () => child.exitCode !== null, end: (signal) => void child.kill(signal) };
}

// It listens before it answers: after a crash it first replays its log.
async function ready(url: string, port: number, server: Server): Promise<void> {
  await listening(port, server.ended);
  const until = Date.now() + 20_000;
  for (;;) {
    try {
      return await ask(url, "select 1");
    } catch (error) {
      if (server.ended() || Date.now() > until) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function ask(url: string, query: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  try {
    await client.query(query);
  } finally {
    await client.end();
  }
}

function newestBin(): string | undefined {
  const parent = "/usr/lib/postgresql";
  if (!existsSync(parent)) return undefined;
  const versions = readdirSync(parent).filter((version) => existsSync(join(parent, version, "bin", "postgres")));
  const newest = versions.sort((a, b) => Number(b) - Number(a))[0];
  return newest && join(parent, newest, "bin");
}
