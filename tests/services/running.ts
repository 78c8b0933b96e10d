// A whole server with services over a real engine: what the tests of this folder begin with. Everybody is whom he claims to
// be (mock credentials); www-data owns what is made, backup is somebody else, root administers: accounts that every Debian has.

import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { composeGateway } from "../../src/server/compose.ts";
import { makeLogger } from "../../src/server/logger.ts";
import { type RunningServer, startServer } from "../../src/server/start-server.ts";
import { parseGatewayConfig } from "../../src/site/read-config.ts";

/** Credentials of people. */
export const PEOPLE = {
  owner: "good:www-data:www-data::33:33",
  stranger: "good:backup:backup::34:34",
  admin: "good:root:root::0:0",
} as const;
export type Who = keyof typeof PEOPLE;

export interface Running {
  readonly server: RunningServer;
  readonly dir: string;
  readonly url: string;
  /** Everything that it logged. */
  log(): string;
  ask(who: Who | undefined, method: string, path: string, body?: unknown): Promise<Answer>;
  /** `berth` as somebody; never fails, the status says how it ended. */
  berth(who: Who, words: readonly string[], options?: BerthOptions): Promise<BerthEnd>;
  stop(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // Tests look into answers as they come.
  // biome-ignore lint/suspicious/noExplicitAny: any shape is a test's business
  readonly body: any;
}

export interface BerthOptions {
  /** Undefined: nothing; null: standard input is /dev/null. */
  readonly input?: string | null;
  readonly cwd?: string;
}

export interface BerthEnd {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

const MAIN = join(import.meta.dirname, "../../src/main.ts");

/** Starts one. `services`: further lines of the section, each with its indentation. */
export async function startServices(address: string, services: readonly string[] = []): Promise<Running> {
  const dir = await mkdtemp(join(tmpdir(), "berth-services-"));
  const file = join(dir, "site.yaml");
  const lines = [
    "server: { listen: '127.0.0.1:0', stateDir: state, stopTimeout: 2s }",
    `gateway: { systems: { here: { imageDir: ${dir}/images } }, authentication: mock, workers: { jobs: 0 } }`,
    "services:",
    `  name: test${process.pid}`,
    `  engine: { address: "${address}" }`,
    "  accounts: { admins: [root], staff: [root] }",
    ...services,
  ];
  await writeFile(file, `${lines.join("\n")}\n`);
  const env = { PATH: process.env["PATH"] };
  const user = { uid: process.getuid?.() ?? 0, gid: 0, name: "root", home: dir };
  const text = lines.join("\n");
  const config = await parseGatewayConfig({ name: file, text }, { file, cwd: dir, env, user } as never);
  const said: string[] = [];
  const log = makeLogger("debug", { write: (line: string) => void said.push(line) } as never);
  const server = await startServer(config, { log, compose: composeGateway({ env, userAgent: "berth/test" }) });
  return {
    ...{ server, dir, url: server.url },
    log: () => said.join(""),
    ask: (who, method, path, body) => ask(server.url, who, method, path, body),
    berth: (who, words, options) => berth(server.url, dir, who, words, options),
    async stop() {
      await server.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function ask(url: string, who: Who | undefined, method: string, path: string, body: unknown): Promise<Answer> {
  const headers = {
    ...(who === undefined ? {} : { authentication: PEOPLE[who] }),
    ...(body === undefined ? {} : { "content-type": "application/json" }),
  };
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const answer = await fetch(url + path, { method, headers, ...sent, redirect: "manual" });
  const text = await answer.text();
  const isJson = /json/.test(answer.headers.get("content-type") ?? "");
  return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : text };
}

function berth(
  url: string,
  home: string,
  who: Who,
  words: readonly string[],
  { input = "", cwd = home }: BerthOptions = {},
): Promise<BerthEnd> {
  const env = { PATH: process.env["PATH"], HOME: home, BERTH_GATEWAY: url, BERTH_GATEWAY_CREDENTIAL: PEOPLE[who] };
  return new Promise((resolve) => {
    const whole = [process.execPath, MAIN, ...words];
    const [program = "", ...rest] = input === null ? ["/bin/sh", "-c", 'exec "$@" </dev/null', "sh", ...whole] : whole;
    const child = execFile(program, rest, { env, cwd }, (error, stdout, stderr) => {
      resolve({ status: error ? Number(error.code ?? 255) : 0, stdout, stderr });
    });
    // One that ends at once does not read it.
    child.stdin?.on("error", () => {});
    child.stdin?.end(input ?? "");
  });
}

/** Resolves when something holds. @throws after a while, with what it waited for */
export async function until(what: string, holds: () => Promise<boolean> | boolean, seconds = 90): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`it did not come true: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
