// Runs git to be told about a work tree, and nothing else: a repository may be anybody's, and its configuration names programs.

import { execFile } from "node:child_process";
import type { Environment } from "../../platform/user.ts";

/** How git is called. */
export interface GitCall {
  readonly folder: string;
  readonly env: Environment;
  readonly signal?: AbortSignal | undefined;
}

const TIME_LIMIT_MS = 5_000;
const MOST_BYTES = 32 << 20;

// What a repository's own configuration could have executed or fetched.
const HARMLESS = [
  ...["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.pager=cat"],
  ...["-c", "protocol.allow=never", "-c", "safe.bareRepository=explicit"],
];

/** What git prints; undefined when it is missing, refuses, or takes too long. */
export function runGit(words: readonly string[], { folder, env, signal }: GitCall): Promise<string | undefined> {
  const options = {
    cwd: folder,
    env: environmentOf(env),
    timeout: TIME_LIMIT_MS,
    maxBuffer: MOST_BYTES,
    killSignal: "SIGKILL" as const,
    ...(signal ? { signal } : {}),
  };
  return new Promise((answer) => {
    execFile("git", [...HARMLESS, ...words], options, (error, output) => answer(error ? undefined : output));
  });
}

// Hooks and tools set where "the" repository is; here it is the one around the file.
function environmentOf(env: Environment): NodeJS.ProcessEnv {
  const { GIT_DIR: _, GIT_WORK_TREE: __, GIT_INDEX_FILE: ___, ...rest } = env as Record<string, string>;
  return {
    ...rest,
    ...{ GIT_OPTIONAL_LOCKS: "0", GIT_TERMINAL_PROMPT: "0", GIT_NO_LAZY_FETCH: "1", GIT_LITERAL_PATHSPECS: "1" },
    LC_ALL: "C",
  };
}
