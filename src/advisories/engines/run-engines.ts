// Starts other engines, one after the other, with a bound on time and output, and reads their answers. A failure is told of
// in the report and hides nothing that the others found.

import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Catalogue } from "../../audit/types.ts";
import { errnoOf, reasonOf } from "../../base/errors.ts";
import type { Environment } from "../../platform/user.ts";
import type { EngineResult } from "../scan.ts";
import { ENGINE_TABLE, type EngineInput, type EngineName } from "./engines.ts";
import { installedIn } from "./installed.ts";

export interface EngineRun {
  readonly env: Environment;
  readonly tempDir: string;
  readonly signal?: AbortSignal | undefined;
  /** What they look at, if there is a file of it. */
  readonly input?: EngineInput | undefined;
  /** Writes the catalogue as a bill of materials, for when there is no file. */
  readonly bill: () => Promise<string>;
  /** Folder with a folder of databases for each engine; undefined: they know where theirs are. */
  readonly data?: string | undefined;
  /** Milliseconds for one engine. */
  readonly timeoutMs?: number | undefined;
}

const HALF_HOUR = 30 * 60_000;
/** Less than the longest text of the runtime. Bytes. */
const MAX_OUTPUT = 256 << 20;

/** The results, failures among them. */
export async function runEngines(
  names: readonly EngineName[],
  catalogue: Catalogue,
  run: EngineRun,
): Promise<readonly EngineResult[]> {
  const folder = await mkdtemp(join(run.tempDir, "berth-engines-"));
  try {
    let bill: string | undefined;
    const results: EngineResult[] = [];
    for (const name of new Set(names)) {
      const own = run.input && ENGINE_TABLE[name].plan(run.input);
      // What it cannot look at itself it is told of.
      if (!own) bill ??= await writtenBill(folder, run);
      const args = own ?? ENGINE_TABLE[name].plan({ kind: "sbom", path: bill ?? "" });
      results.push(await runEngine(name, catalogue, args ?? [], run));
    }
    return results;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writtenBill(folder: string, { bill }: EngineRun): Promise<string> {
  // One of the names by which osv-scanner knows what a file is.
  const path = join(folder, "bom.json");
  await writeFile(path, await bill(), { mode: 0o600 });
  return path;
}

async function runEngine(
  name: EngineName,
  catalogue: Catalogue,
  args: readonly string[],
  run: EngineRun,
): Promise<EngineResult> {
  const engine = ENGINE_TABLE[name];
  const failed = (failure: string, version?: string): EngineResult => ({
    facts: { name, version, failure },
    candidates: [],
  });
  const env = run.data === undefined ? engine.env : { ...engine.env, [engine.dataVariable]: join(run.data, name) };
  const asked = await call(name, engine.versionArgs, run, env);
  if (asked.problem !== undefined) return failed(asked.problem);
  const version = /\d+\.\d+\.\d+\S*/.exec(asked.output)?.[0];
  const { problem, status, output, errors } = await call(name, args, run, env);
  if (problem !== undefined) return failed(problem, version);
  if (status === null || !engine.answered.includes(status))
    return failed(`it ended with ${status}: ${errors.trim().split("\n").at(-1)?.slice(0, 300) ?? ""}`, version);
  // Nothing to look at has no answer.
  if (status === 128) return { facts: { name, version }, candidates: [] };
  const candidates = engine.read(parsed(output), installedIn(catalogue));
  return candidates ? { facts: { name, version }, candidates } : failed("its answer is in an unknown form", version);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

interface Called {
  readonly status: number | null;
  readonly output: string;
  readonly errors: string;
  /** Why it could not be run to its end. */
  readonly problem?: string | undefined;
}

async function call(
  program: string,
  args: readonly string[],
  { env, signal, timeoutMs = HALF_HOUR }: EngineRun,
  more: Readonly<Record<string, string>>,
): Promise<Called> {
  const limit = AbortSignal.timeout(timeoutMs);
  const stop = signal ? AbortSignal.any([signal, limit]) : limit;
  return await new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: { ...env, ...more }, signal: stop, stdio: ["ignore", "pipe", "pipe"] });
    const output = bounded(MAX_OUTPUT, () => child.kill("SIGKILL"));
    const errors = bounded(1 << 20, () => undefined);
    child.stdout.on("data", output.take);
    child.stderr.on("data", errors.take);
    const ended = (status: number | null, problem?: string) =>
      resolve({ status, output: output.text(), errors: errors.text(), problem });
    child.on("error", (error) => {
      if (signal?.aborted) return reject(signal.reason);
      if (limit.aborted) return ended(null, `it took longer than ${timeoutMs / 1000} seconds`);
      ended(null, errnoOf(error) === "ENOENT" ? "it is not installed" : reasonOf(error));
    });
    child.on("close", (status) => ended(status, output.full() ? "its answer is too long" : undefined));
  });
}

function bounded(max: number, onFull: () => void) {
  const chunks: Buffer[] = [];
  let size = 0;
  return {
    take: (chunk: Buffer) => {
      size += chunk.length;
      if (size <= max) chunks.push(chunk);
      else onFull();
    },
    text: () => Buffer.concat(chunks).toString("utf8"),
    full: () => size > max,
  };
}
