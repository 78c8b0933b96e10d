// Starts a real registry server (Debian's docker-registry) for a test: own port, own folder, plain or with TLS, open,
// with Basic logins, or with a token server. Stop it when done.

import { execFileSync, spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Authority, makeAuthority } from "./authority.ts";
import { startTokenServer, type TokenServer, type TokenServerOptions } from "./token-server.ts";

const PROGRAM = "/usr/bin/docker-registry";

/** False where the registry server is not installed; tests that need it are skipped then. */
export const hasRegistry = existsSync(PROGRAM);

/** What kind of registry to start. */
export interface RegistrySetup {
  /** Logins for Basic auth. */
  readonly basic?: { readonly username: string; readonly password: string };
  /** A token server that the registry trusts is started beside it. */
  readonly token?: TokenServerOptions;
  /** TLS with a certificate for 127.0.0.1, ::1 and localhost, of a new private authority. */
  readonly tls?: boolean;
  /** With `tls`: clients must show a certificate of the same authority. */
  readonly clientCertificates?: boolean;
  /** Further keys under `http:` of its configuration, as YAML lines with two spaces before them. */
  readonly http?: string;
}

/** A running registry. */
export interface TestRegistry {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  readonly port: number;
  readonly url: string;
  /** Folder of its own, removed by `stop`. */
  readonly dir: string;
  readonly authority: Authority | undefined;
  readonly tokens: TokenServer | undefined;
  /** What it has logged so far: one line for each request, with method and path. */
  log(): string;
  stop(): Promise<void>;
}

export async function startRegistry(setup: RegistrySetup = {}): Promise<TestRegistry> {
  const dir = await mkdtemp(join(tmpdir(), "berth-registry-"));
  const port = await freePort();
  const authority = setup.tls ? await makeAuthority(join(dir, "tls")) : undefined;
  const tokens = setup.token ? await startTokenServer(setup.token, join(dir, "token")) : undefined;
  const config = join(dir, "config.yml");
  await writeFile(config, configuration(setup, { dir, port, authority, tokens }));
  if (setup.basic) {
    const { username, password } = setup.basic;
    await writeFile(join(dir, "htpasswd"), execFileSync("htpasswd", ["-nbB", username, password]));
  }
  // Into a file, not a pipe: a test that waits for a program with spawnSync would not empty it, and the registry stop.
  const logFile = openSync(join(dir, "log"), "a");
  const child = spawn(PROGRAM, ["serve", config], {
    stdio: ["ignore", logFile, logFile],
    env: { PATH: "/usr/bin:/bin" },
  });
  closeSync(logFile);
  const log = () => readFileSync(join(dir, "log"), "utf8");
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const stop = async () => {
    child.kill("SIGKILL");
    await exited;
    await tokens?.stop();
    await rm(dir, { recursive: true, force: true });
  };
  try {
    await listening(port, () => child.exitCode !== null);
  } catch (cause) {
    const lastWords = log();
    await stop();
    throw new Error(`docker-registry did not start: ${lastWords}`, { cause });
  }
  const host = `127.0.0.1:${port}`;
  const url = `${setup.tls ? "https" : "http"}://${host}`;
  return { host, port, url, dir, authority, tokens, log, stop };
}

interface Parts {
  readonly dir: string;
  readonly port: number;
  readonly authority: Authority | undefined;
  readonly tokens: TokenServer | undefined;
}

function configuration(setup: RegistrySetup, { dir, port, authority, tokens }: Parts): string {
  const lines = [
    "version: 0.1",
    "log:",
    "  level: info",
    "storage:",
    "  filesystem:",
    `    rootdirectory: ${dir}/data`,
  ];
  lines.push("  delete:", "    enabled: true", "http:", `  addr: 127.0.0.1:${port}`);
  if (authority) lines.push("  tls:", `    certificate: ${authority.serverCert}`, `    key: ${authority.serverKey}`);
  if (authority && setup.clientCertificates) lines.push("    clientcas:", `      - ${authority.ca}`);
  if (setup.http) lines.push(setup.http);
  if (setup.basic) lines.push("auth:", "  htpasswd:", "    realm: berth test", `    path: ${dir}/htpasswd`);
  if (tokens) {
    lines.push("auth:", "  token:", `    realm: ${tokens.realm}`, `    service: ${tokens.service}`);
    lines.push(`    issuer: ${tokens.issuer}`, `    rootcertbundle: ${tokens.certificate}`);
  }
  return `${lines.join("\n")}\n`;
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === "object" ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}

/** Waits until somebody listens on the port of this machine; fails after ten seconds, or when `gone` says so. */
export async function listening(port: number, gone: () => boolean): Promise<void> {
  const until = Date.now() + 30_000;
  while (!(await answers(port))) {
    if (gone() || Date.now() > until) throw new Error(`nobody listens on port ${port}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

/** A new empty folder; the caller removes it. */
export async function scratchDir(name: string): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), `berth-${name}-`));
  await mkdir(dir, { recursive: true });
  return dir;
}
