// Load on a server: the requests go into a file, and a small native program sends them (load.c): on a machine of two cores
// a generator in JavaScript costs as much as what it measures.

import { execFile, execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/** One answer. */
export interface Answer {
  /** 0: refused or cut off. */
  readonly status: number;
  /** From the moment at which the request was due to the last byte of the answer. */
  readonly ms: number;
}

export interface Load {
  readonly port: number;
  readonly count: number;
  /** The bytes of request number `n`. */
  readonly request: (n: number) => string;
}

export interface LoadResult {
  readonly answers: readonly Answer[];
  /** From the first request to the last answer. */
  readonly seconds: number;
}

/** Sends over keep-alive connections, on each the next request as soon as the answer is there: what the server can do. */
export function sendAtOnce(load: Load, connections: number): Promise<LoadResult> {
  return send(load, connections, 0);
}

/**
 * Sends at a rate of so many requests a second, on whichever connection is free: how long people wait. A request that is
 * late, because none is, counts from when it was due.
 */
export function sendPaced(load: Load, connections: number, rate: number): Promise<LoadResult> {
  return send(load, connections, rate);
}

/** Every request on a connection of its own, within a second: nodes of a job that starts. */
export function sendStorm(load: Load): Promise<LoadResult> {
  return send(load, 0, load.count);
}

/** Milliseconds and bytes of one request. */
export function sendOne(port: number, path: string, credential: string): Promise<{ ms: number; bytes: number }> {
  return new Promise((resolve, reject) => {
    const begin = performance.now();
    const asked = get({ port, path, headers: { authentication: credential } }, (answer) => {
      let bytes = 0;
      answer.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
      });
      answer.once("end", () => resolve({ ms: performance.now() - begin, bytes }));
      answer.once("error", reject);
    });
    asked.once("error", reject);
  });
}

/** The time below which this part of the answers came, in milliseconds. */
export function quantile(answers: readonly Answer[], part: number): number {
  const sorted = answers.map(({ ms }) => ms).toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? Number.NaN;
}

async function send({ port, count, request }: Load, connections: number, rate: number): Promise<LoadResult> {
  const folder = await mkdtemp(join(tmpdir(), "berth-load-"));
  try {
    const program = join(folder, "load");
    execFileSync("cc", ["-O2", "-o", program, join(import.meta.dirname, "load.c")]);
    const file = join(folder, "requests");
    await writeFile(file, Buffer.concat(Array.from({ length: count }, (_, n) => framed(request(n)))));
    const words = [port, connections, rate, file].map(String);
    const { stdout } = await promisify(execFile)(program, words, { maxBuffer: 64 * 1024 * 1024 });
    return parse(stdout);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function framed(request: string): Buffer {
  const bytes = Buffer.from(`0000${request}`, "latin1");
  bytes.writeUInt32BE(bytes.length - 4, 0);
  return bytes;
}

function parse(text: string): LoadResult {
  const lines = text.trimEnd().split("\n");
  const whole = Number(lines.pop());
  const answers = lines.map((line) => {
    const [status = 0, ns = 0] = line.split(" ").map(Number);
    return { status, ms: ns / 1e6 };
  });
  return { answers, seconds: whole / 1e9 };
}
