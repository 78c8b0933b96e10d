// The programs of e2fsprogs that do the work on ext file systems: started with argument lists, their last words kept.

import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { fail } from "./errors.ts";

const FOLDERS = ["/usr/sbin", "/sbin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/local/bin"];
const MAX_WORDS = 4096;

/** How a program is run. */
export interface ToolOptions {
  readonly signal?: AbortSignal | undefined;
  /** Highest exit status that counts as success; 0 unless said otherwise. */
  readonly most?: number;
}

/** The path of a program of e2fsprogs. @throws E_OVERLAY_TOOL_MISSING */
export function findTool(tool: string): string {
  for (const folder of FOLDERS) {
    try {
      accessSync(`${folder}/${tool}`, constants.X_OK);
      return `${folder}/${tool}`;
    } catch {
      // The next folder.
    }
  }
  throw fail("E_OVERLAY_TOOL_MISSING", { tool });
}

/** Runs a tool to its end; `path` is what it works on. @throws E_OVERLAY_TOOL, E_OVERLAY_TOOL_MISSING */
export async function runTool(
  tool: string,
  args: readonly string[],
  path: string,
  options: ToolOptions = {},
): Promise<void> {
  const { status, words } = await collect(findTool(tool), args, options);
  options.signal?.throwIfAborted();
  const reason = words.trim().split("\n").at(-1) || `it ended with status ${status}`;
  if (status === undefined || status > (options.most ?? 0)) throw fail("E_OVERLAY_TOOL", { tool, path, reason });
}

function collect(
  program: string,
  args: readonly string[],
  { signal }: ToolOptions,
): Promise<{ status: number | undefined; words: string }> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env: { LC_ALL: "C" }, signal });
    let words = "";
    const keep = (chunk: string) => {
      words = (words + chunk).slice(-MAX_WORDS);
    };
    child.stdout.setEncoding("utf8").on("data", keep);
    child.stderr.setEncoding("utf8").on("data", keep);
    child.on("error", (error) => resolve({ status: undefined, words: error.message }));
    child.on("close", (code) => resolve({ status: code ?? undefined, words }));
  });
}
