// `berth serve` with services as a site runs it: a process of its own, which tests hang up and kill, with a proxy that outlives
// it. People are whom they claim to be.

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BerthEnd, PEOPLE, until, type Who } from "./running.ts";

const MAIN = join(import.meta.dirname, "../../src/main.ts");

export interface Served {
  readonly dir: string;
  readonly url: string;
  readonly dnsPort: number;
  readonly pid: () => number;
  log(): string;
  /** Writes the configuration; further lines of `services`. */
  configure(lines: readonly string[]): Promise<void>;
  start(): Promise<void>;
  signal(name: "SIGKILL" | "SIGHUP" | "SIGTERM"): Promise<void>;
  ask(
    who: Who,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ readonly status: number; readonly text: string }>;
  berth(who: Who, words: readonly string[], input?: string): Promise<BerthEnd>;
  /** Through the proxy; 0: no answer. */
  visit(host: string, path: string): Promise<{ readonly status: number; readonly text: string }>;
  remove(): Promise<void>;
}

/** A site that is not started yet. */
export async function siteOver(address: string): Promise<Served> {
  const dir = await mkdtemp(join(tmpdir(), "berth-served-"));
  const [port, proxyPort, dnsPort] = [await freePort(), await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const env = { PATH: process.env["PATH"], HOME: dir };
  const file = join(dir, "site.yaml");
  let child: ChildProcess | undefined;
  let ended: Promise<unknown> = Promise.resolve();
  let said = "";
  const start = async () => {
    const words = [MAIN, "serve", "--config", file];
    const started = spawn(process.execPath, words, { env, cwd: dir, stdio: ["ignore", "pipe", "pipe"] });
    child = started;
    ended = new Promise((resolve) => started.once("close", resolve));
    for (const output of [started.stdout, started.stderr])
      output.on("data", (chunk: Buffer) => {
        said += chunk;
      });
    const isReady = () =>
      fetch(`${url}/readyz`).then(
        (answer) => answer.status === 200,
        () => false,
      );
    await until(`the server is ready: ${said.slice(-500)}`, isReady);
  };
  return {
    ...{ dir, url, dnsPort, start, log: () => said, pid: () => child?.pid ?? 0 },
    async configure(lines) {
      const text = [
        `server: { listen: "127.0.0.1:${port}", stateDir: state, stopTimeout: 2s }`,
        `gateway: { systems: { here: { imageDir: ${dir}/images } }, authentication: mock, workers: { jobs: 0 } }`,
        "services:",
        `  name: whole${process.pid}`,
        `  engine: { address: "${address}" }`,
        `  proxy: { http: none, https: "127.0.0.1:${proxyPort}", processes: 1 }`,
        `  dns: { zone: svc.test, addresses: [127.0.0.1], listen: "127.0.0.1:${dnsPort}" }`,
        ...lines,
      ];
      await writeFile(file, `${text.join("\n")}\n`);
    },
    async signal(name) {
      child?.kill(name);
      if (name !== "SIGHUP") await ended;
    },
    async ask(who, method, path, body) {
      const headers = { authentication: PEOPLE[who], ...(body ? { "content-type": "application/json" } : {}) };
      const answer = await fetch(url + path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
      return { status: answer.status, text: await answer.text() };
    },
    berth(who, words, input = "") {
      const as = { ...env, BERTH_GATEWAY: url, BERTH_GATEWAY_CREDENTIAL: PEOPLE[who] };
      return new Promise((resolve) => {
        const ran = execFile(process.execPath, [MAIN, ...words], { env: as, cwd: dir }, (error, stdout, stderr) => {
          resolve({ status: error ? Number(error.code ?? 255) : 0, stdout, stderr });
        });
        // One that ends at once does not read it.
        ran.stdin?.on("error", () => {});
        ran.stdin?.end(input);
      });
    },
    visit: (host, path) => visit(proxyPort, host, path),
    async remove() {
      child?.kill("SIGTERM");
      await ended;
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function visit(port: number, host: string, path: string): Promise<{ readonly status: number; readonly text: string }> {
  const to = { port, path, host: "127.0.0.1", servername: host, rejectUnauthorized: false, headers: { host } };
  return new Promise((resolve) => {
    const asked = request({ ...to, agent: false }, (answer) => {
      let text = "";
      answer.on("data", (chunk: Buffer) => {
        text += chunk;
      });
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text }));
      answer.on("error", () => resolve({ status: 0, text }));
    });
    asked.on("error", (error) => resolve({ status: 0, text: error.message }));
    asked.end();
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" ? (address?.port ?? 0) : 0));
    });
  });
}
