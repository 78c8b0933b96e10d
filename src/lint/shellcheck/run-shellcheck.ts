// Runs ShellCheck over scripts, many by one process. Scripts come from anybody: they are only read by it, in a folder that nobody else sees.

import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { errnoOf } from "../../base/errors.ts";
import { type Environment, tempDir } from "../../platform/user.ts";
import { fail } from "../errors.ts";

/** What ShellCheck says of a place; lines and columns count from 1, columns are characters. */
export interface ShellRemark {
  /** Number of the script. */
  readonly script: number;
  readonly code: number;
  readonly level: "error" | "warning" | "info" | "style";
  readonly message: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export interface ShellcheckCall {
  readonly env: Environment;
  readonly signal?: AbortSignal | undefined;
}

const BATCH = 64;
const TIME_LIMIT_MS = 60_000;
const MOST_BYTES = 64 << 20;
// Files that are sourced are not here (1090, 1091); the shell was told (1128, 2148, 2187).
const EXCLUDED = "SC1090,SC1091,SC1128,SC2148,SC2187";

/** Remarks on scripts. @throws E_LINT_ENGINE when the program does not work */
export async function runShellcheck(texts: readonly string[], call: ShellcheckCall): Promise<readonly ShellRemark[]> {
  if (texts.length === 0) return [];
  const folder = await mkdtemp(join(tempDir(call.env), "berth-lint-"));
  try {
    await Promise.all(texts.map((text, index) => writeFile(join(folder, `${index}.sh`), text, { mode: 0o600 })));
    const remarks: ShellRemark[] = [];
    for (let from = 0; from < texts.length; from += BATCH) {
      const names = texts.slice(from, from + BATCH).map((_, index) => `${from + index}.sh`);
      remarks.push(...remarksOf(await output(names, folder, call)));
    }
    return remarks;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** True when the program is on the path. */
export function isInstalled({ PATH = "" }: Environment): boolean {
  return PATH.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, "shellcheck"), constants.X_OK);
      return folder !== "";
    } catch {
      return false;
    }
  });
}

function output(names: readonly string[], folder: string, { env, signal }: ShellcheckCall): Promise<string> {
  const words = ["--norc", "--format=json1", `--exclude=${EXCLUDED}`, "--", ...names];
  const options = {
    ...{ cwd: folder, env: { ...(env as NodeJS.ProcessEnv), SHELLCHECK_OPTS: "" } },
    ...{ timeout: TIME_LIMIT_MS, maxBuffer: MOST_BYTES, killSignal: "SIGKILL" as const },
    ...(signal ? { signal } : {}),
  };
  return new Promise((resolve, reject) => {
    execFile("shellcheck", words, options, (error, text, errors) => {
      // 1 tells of remarks, 2 of files that it could not read as scripts: those have remarks, too.
      if (!error || error.code === 1 || (error.code === 2 && text.startsWith("{"))) return resolve(text);
      const why = error.killed ? "it took too long" : errors.trim().split("\n")[0] || error.message;
      const missing = errnoOf(error) === "ENOENT";
      const hint = missing
        ? "install shellcheck, or give --shellcheck off"
        : "try it by hand, or give --shellcheck off";
      reject(signal?.aborted ? signal.reason : fail("E_LINT_ENGINE", { engine: "shellcheck", why, hint }));
    });
  });
}

function remarksOf(text: string): readonly ShellRemark[] {
  const { comments } = JSON.parse(text) as { readonly comments?: readonly unknown[] };
  return (comments ?? []).flatMap((one) => remarkOf(one) ?? []);
}

const LEVELS = ["error", "warning", "info", "style"] as const;

function remarkOf(value: unknown): ShellRemark | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { file, code, level, message, line, column, endLine, endColumn } = value as Record<string, unknown>;
  const known = LEVELS.find((one) => one === level);
  const places = [code, line, column, endLine, endColumn].every(Number.isInteger);
  if (!places || known === undefined || typeof file !== "string" || typeof message !== "string") return undefined;
  return {
    ...{ script: Number.parseInt(file, 10), code: Number(code), level: known, message },
    ...{ line: Number(line), column: Number(column), endLine: Number(endLine), endColumn: Number(endColumn) },
  };
}
