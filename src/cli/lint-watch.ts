// `berth lint --watch`: checks, and again whenever something below the named folders changes, until ctrl-C.

import { statSync, watch } from "node:fs";
import { dirname } from "node:path";
import { BerthError } from "../base/errors.ts";
import { failureOf } from "./check-exits.ts";
import { type LintCall, lint } from "./lint-run.ts";
import { print } from "./output.ts";
import { errorReport } from "./report.ts";
import { writeError } from "./terminal-log.ts";

// Editors write a file in several steps.
const QUIET_MS = 150;

/** Checks on every change; answers 0 when it is ended. */
export async function lintOnChange(call: LintCall): Promise<number> {
  const { signal } = call.context;
  const changes = changesBelow(call.paths.length === 0 ? ["."] : call.paths, signal);
  try {
    while (!signal.aborted) {
      await checkOnce(call);
      await changes.next();
    }
  } finally {
    changes.close();
  }
  return 0;
}

// A fault of the text or of a configuration is told; the watch goes on.
async function checkOnce(call: LintCall): Promise<void> {
  if (process.stdout.isTTY) print("\x1b[2J\x1b[H");
  try {
    // Anew, so that a changed configuration counts.
    await lint(call.paths, { ...call.flags, watch: false }, call.context);
  } catch (error) {
    if (!(error instanceof BerthError)) throw failureOf(error);
    writeError(errorReport(error, { color: false, debug: false }));
  }
}

interface Changes {
  /** Waits until something has changed and nothing has for a moment. */
  next(): Promise<void>;
  close(): void;
}

function changesBelow(paths: readonly string[], signal: AbortSignal): Changes {
  let wake: (() => void) | undefined;
  let timer: NodeJS.Timeout | undefined;
  let pending = false;
  const changed = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      pending = true;
      wake?.();
    }, QUIET_MS);
  };
  const folders = new Set(paths.map((path) => (statSync(path).isDirectory() ? path : dirname(path))));
  const watchers = [...folders].map((folder) => watch(folder, { recursive: true }, changed));
  const stop = () => wake?.();
  signal.addEventListener("abort", stop);
  return {
    next: async () => {
      while (!pending && !signal.aborted)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      pending = false;
    },
    close: () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      for (const watcher of watchers) watcher.close();
    },
  };
}
