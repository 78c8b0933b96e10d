// spin-docker's list under load: many containers, many who ask, and how often the engine is asked for it.

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import type { Result } from "../table.ts";

const WRK = "/usr/bin/wrk";
const CONTAINERS = 1000;
const SECONDS = 5;

/** `GET /v1/containers` with 1,000 containers, over keep-alive connections. */
export async function containerList(): Promise<Result> {
  const title = `GET /v1/containers with ${CONTAINERS} containers`;
  const columns = ["requests/s", "p50 [ms]", "p99 [ms]", "answers [MB/s]", "questions to the engine"];
  if (!existsSync(WRK))
    return { title, columns, rows: [{ name: "berth", figures: [], absent: "wrk is not installed" }], notes: [] };
  const server = join(import.meta.dirname, "..", "services", "containers-server.ts");
  const child = spawn(process.execPath, [server, String(CONTAINERS)], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => String((await lines.next()).value);
  const ask = async () => {
    child.stdin.write("?\n");
    return Number(await next());
  };
  try {
    const url = await next();
    await load(url, 4, 1);
    const before = await ask();
    const rows = [];
    for (const connections of [4, 16]) rows.push({ connections, ...(await load(url, connections, SECONDS)) });
    const questions = (await ask()) - before;
    return {
      title,
      columns,
      rows: rows.map(({ connections, rate, p50, p99, megabytes }) => {
        return { name: `berth, ${connections} connections`, figures: [rate, p50, p99, megabytes, questions] };
      }),
      notes: ["wrk and the server share the machine's cores. With Basic authentication, metrics and the log's line."],
    };
  } finally {
    child.stdin.end();
    await once(child, "exit");
  }
}

async function load(url: string, connections: number, seconds: number) {
  const authorization = `Authorization: Basic ${Buffer.from("admin:spindocker").toString("base64")}`;
  const flags = ["-t1", `-c${connections}`, `-d${seconds}s`, "--latency", "-H", authorization, `${url}/v1/containers`];
  const { stdout } = await promisify(execFile)(WRK, flags);
  if (/Non-2xx/.test(stdout)) throw new Error(stdout);
  const number = (pattern: RegExp) => Number(pattern.exec(stdout)?.[1] ?? Number.NaN);
  const ms = (share: string) => {
    const [, value = "", unit = ""] = new RegExp(`${share}%\\s+([\\d.]+)(us|ms|s)`).exec(stdout) ?? [];
    return Number(value) * ({ us: 0.001, ms: 1, s: 1000 }[unit] ?? Number.NaN);
  };
  const megabytes = number(/Transfer\/sec:\s+([\d.]+)/) * (/GB\s*$/.test(stdout.trim()) ? 1000 : 1) || Number.NaN;
  return { rate: number(/Requests\/sec:\s+([\d.]+)/), p50: ms("50"), p99: ms("99"), megabytes };
}
