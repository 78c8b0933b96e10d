// The output of a bootstrap program as a stream that ends in an error when the program fails.

import { spawn } from "node:child_process";
import { basename } from "node:path";
import { PassThrough, type Readable } from "node:stream";
import type { StepOrigin } from "../types.ts";
import { failAt } from "./errors.ts";

const MAX_TAIL_BYTES = 4096;

interface OutputOptions {
  readonly at: StepOrigin;
  readonly signal: AbortSignal;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Starts the program; its last words are part of the error. */
export async function programOutput(argv: readonly string[], options: OutputOptions): Promise<Readable> {
  const { at, signal, environment } = options;
  const [program = "", ...args] = argv;
  const env = { ...environment, LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive" };
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env, signal });
  const out = new PassThrough();
  let tail = Buffer.alloc(0);
  child.stderr.on("data", (chunk: Buffer) => {
    tail = Buffer.concat([tail, chunk]).subarray(-MAX_TAIL_BYTES);
  });
  child.stdout.pipe(out, { end: false });
  child.once("error", (cause) => out.destroy(cause));
  child.once("close", (code, ended) => {
    if (code === 0) out.end();
    else out.destroy(failed(basename(program), ended ?? `status ${code}`, tail.toString("utf8"), at));
  });
  // Nobody reads any more: the program must not wait for ever.
  out.once("close", () => child.exitCode ?? child.kill("SIGTERM"));
  return out;
}

function failed(tool: string, status: string, said: string, at: StepOrigin): Error {
  const tail = said.trimEnd().split("\n").slice(-12).join("\n");
  return failAt("E_BOOTSTRAP_FAILED", at, {
    tool,
    status,
    tail,
    hint: "check OSVersion, MirrorURL and Include, and whether this machine reaches the mirror",
  });
}
