// The servers of the proxy's benchmark: a backend of nginx, nginx as a proxy before it, and berth's proxies. All on the
// loopback, two processes for each proxy.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ProxyRoute } from "../../src/proxy/types.ts";
import { ProxyControl } from "../../src/services/routes/proxy-control.ts";

const MAIN = join(import.meta.dirname, "../../src/main.ts");
const PORTS = { backend: 17_801, nginx: 17_802, berth: 17_803 } as const;
const PROCESSES = 2;

/** Something to send requests to. */
export interface Target {
  readonly name: string;
  readonly url: string;
  /** Seconds of CPU that it has used so far. */
  cpu(): number;
}

export interface Servers {
  readonly direct: Target;
  readonly nginx: Target;
  readonly berth: Target;
  close(): Promise<void>;
}

/** Installs what lacks when root asks. */
export function needPrograms(): void {
  const missing = ["nginx", "wrk"].filter((name) => !isThere(name));
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0) throw new Error(`install ${missing.join(" and ")} first (nginx-light, wrk)`);
  execFileSync("apt-get", ["install", "-y", "-o", "DPkg::Lock::Timeout=120", "nginx-light", "wrk"], {
    stdio: "ignore",
  });
}

/** Starts all of them. */
export async function startServers(): Promise<Servers> {
  const dir = mkdtempSync(join(tmpdir(), "berth-bench-proxy-"));
  // The worker of a root's nginx is somebody else.
  chmodSync(dir, 0o755);
  writeFileSync(join(dir, "large"), Buffer.alloc(10 * 1024 * 1024, "x"));
  const children = [nginx(dir, "backend", backendConf(dir)), nginx(dir, "proxy", proxyConf())];
  const control = new ProxyControl({ onWake() {}, onUse() {} });
  const socket = join(dir, "control.sock");
  await control.open(socket);
  const flags = ["--control", socket, "--http", `127.0.0.1:${PORTS.berth}`, "--share", String(1 / PROCESSES)];
  const berth = Array.from({ length: PROCESSES }, () =>
    spawn(process.execPath, [MAIN, "proxy", ...flags], { stdio: ["ignore", "ignore", "inherit"] }),
  );
  const version = control.publish({ routes: [ROUTE], certificates: [], challenges: {} });
  while (control.proxies().length < PROCESSES || !control.isQuiet(version, [])) await pause(20);
  for (const port of Object.values(PORTS)) await answering(port);
  const target = (name: keyof typeof PORTS, processes: readonly ChildProcess[]): Target => ({
    name,
    url: `http://127.0.0.1:${PORTS[name]}`,
    cpu: () =>
      processes.flatMap(({ pid }) => (pid ? [pid, ...childrenOf(pid)] : [])).reduce((sum, pid) => sum + cpuOf(pid), 0),
  });
  return {
    direct: target("backend", children.slice(0, 1)),
    nginx: target("nginx", children.slice(1)),
    berth: target("berth", berth),
    async close() {
      await Promise.all([...children, ...berth].map(ended));
      await control.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

const ROUTE: ProxyRoute = {
  id: "bench/web/0",
  protocol: "http",
  host: "*",
  path: "/",
  tls: "none",
  stripPath: false,
  timeoutMs: 60_000,
  state: "ready",
  title: "Bench",
  backends: [{ id: "nginx", host: "127.0.0.1", port: PORTS.backend, draining: false }],
};

function nginx(dir: string, name: string, http: string): ChildProcess {
  const file = join(dir, `${name}.conf`);
  const temp = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (kind) => `${kind}_temp_path ${dir}/${name}-${kind};`,
  );
  const main = `daemon off; pid ${dir}/${name}.pid; error_log stderr crit;`;
  const base = `access_log off; keepalive_requests 10000000; ${temp.join(" ")}`;
  writeFileSync(
    file,
    `${main}\nevents { worker_connections 8192; }\nworker_processes ${name === "proxy" ? PROCESSES : 1};\nhttp { ${base} ${http} }`,
  );
  return spawn("nginx", ["-p", dir, "-c", file], { stdio: ["ignore", "ignore", "inherit"] });
}

function backendConf(dir: string): string {
  const small = `location / { default_type text/plain; return 200 "${"hello ".repeat(20)}"; }`;
  return `server { listen 127.0.0.1:${PORTS.backend} backlog=4096; root ${dir}; ${small} location /large { } }`;
}

function proxyConf(): string {
  const upstream = `upstream web { server 127.0.0.1:${PORTS.backend}; keepalive 256; keepalive_requests 10000000; }`;
  const headers = 'proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host;';
  const origin = "proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto $scheme;";
  const location = `location / { proxy_pass http://web; ${headers} ${origin} }`;
  return `${upstream} server { listen 127.0.0.1:${PORTS.nginx} reuseport; ${location} }`;
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.kill("SIGTERM");
  });
}

async function answering(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true)).on("error", () => resolve(false));
      socket.unref().on("connect", () => socket.destroy());
    });
    if (open) return;
    await pause(50);
  }
  throw new Error(`nothing listens on port ${port}`);
}

function childrenOf(pid: number): readonly number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  return text === "" ? [] : text.split(" ").map(Number);
}

// User and system time, in ticks of 10 ms.
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function isThere(program: string): boolean {
  try {
    execFileSync("sh", ["-c", 'command -v "$0"', program], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
