// The programs of other packages that make or unpack file systems: found, and run to their end with an argument list, a
// fixed environment, and their last words kept.

import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import type { ImageFormat } from "../../site/gateway-config.ts";
import { fail } from "./errors.ts";

const FOLDERS = ["/usr/sbin", "/sbin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/local/bin"];
const MAX_WORDS = 4096;

/** The path of a program; undefined when it is not installed. */
export function findTool(name: string): string | undefined {
  for (const folder of FOLDERS) {
    try {
      accessSync(`${folder}/${name}`, constants.X_OK);
      return `${folder}/${name}`;
    } catch {
      // The next folder.
    }
  }
  return undefined;
}

/** The same where images of `format` cannot be made without it. @throws E_WORK_TOOL_MISSING */
export function neededTool(name: string, format: ImageFormat): string {
  const path = findTool(name);
  if (path === undefined) throw fail("E_WORK_TOOL_MISSING", { format, tool: name });
  return path;
}

export interface ToolRun {
  readonly signal: AbortSignal;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs `argv`; `name` is what messages call it. @throws E_WORK_TOOL with its last line; the signal's reason */
export async function runTool(name: string, argv: readonly string[], { signal, env }: ToolRun): Promise<void> {
  const { status, words } = await ending(argv, signal, env ?? {});
  signal.throwIfAborted();
  const reason = words.trim().split("\n").at(-1) || `it ended with ${status}`;
  if (status !== 0) throw fail("E_WORK_TOOL", { tool: name, reason });
}

function ending(
  [program = "", ...args]: readonly string[],
  signal: AbortSignal,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly status: number | string; readonly words: string }> {
  return new Promise((resolve) => {
    const fixed = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C", TZ: "UTC", ...env };
    const child = spawn(program, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: fixed,
      signal,
      killSignal: "SIGKILL",
    });
    let words = "";
    const keep = (chunk: string) => {
      words = (words + chunk).slice(-MAX_WORDS);
    };
    child.stdout.setEncoding("utf8").on("data", keep);
    child.stderr.setEncoding("utf8").on("data", keep);
    child.on("error", (error) => resolve({ status: "an error", words: error.message }));
    child.on("close", (code, killedBy) => resolve({ status: code ?? killedBy ?? "nothing", words }));
  });
}
