// The output of a bootstrap program as a stream that ends in an error when the program fails.

import { spawn } from "node:child_process";
import { basename } from "node:path";
import { createInterface } from "node:readline";
import { PassThrough, type Readable } from "node:stream";
import { hasManyIds } from "../namespace.ts";
import type { StepOrigin } from "../types.ts";
import { failAt } from "./errors.ts";

const KEPT_LINES = 12;
const MAX_LINE_BYTES = 16_384;

export interface OutputOptions {
  readonly at: StepOrigin;
  readonly signal: AbortSignal;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Gets what the program says beside its output, line by line. */
  say(line: string): void;
}

/** Starts the program; its last words are part of the error. */
export async function programOutput(argv: readonly string[], options: OutputOptions): Promise<Readable> {
  const { at, signal, environment } = options;
  const [program = "", ...args] = argv;
  const env = { ...environment, LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive" };
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env, signal });
  const out = new PassThrough();
  const said: string[] = [];
  createInterface({ input: child.stderr }).on("line", (line) => {
    said.push(line.slice(0, MAX_LINE_BYTES));
    if (said.length > KEPT_LINES) said.shift();
    options.say(line.slice(0, MAX_LINE_BYTES));
  });
  child.stdout.pipe(out, { end: false });
  child.once("error", (cause) => out.destroy(cause));
  child.once("close", (code, ended) => {
    if (code === 0) out.end();
    else out.destroy(failed(basename(program), ended ?? `status ${code}`, said, at));
  });
  // Nobody reads any more: the program must not wait for ever.
  out.once("close", () => child.exitCode ?? child.kill("SIGTERM"));
  return out;
}

function failed(tool: string, status: string, said: readonly string[], at: StepOrigin): Error {
  const hint = hasManyIds()
    ? "check OSVersion, MirrorURL and Include, and whether this machine reaches the mirror"
    : "a system of packages has files of several users: ask the administrator for a range of subordinate ids in /etc/subuid and /etc/subgid, or begin with an image";
  return failAt("E_BOOTSTRAP_FAILED", at, { tool, status, tail: said.join("\n"), hint });
}
