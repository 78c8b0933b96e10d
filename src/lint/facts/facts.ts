// All that is found out around a file before it is judged: the time, arguments, the build folder, git, lock files.

import { dirname } from "node:path";
import type { SourceText } from "../../base/source.ts";
import type { Environment } from "../../platform/user.ts";
import type { PracticeFacts } from "../../policy/practice-facts.ts";
import { contextFacts, readerOf } from "./context-facts.ts";
import { gitFacts } from "./git-facts.ts";
import { type LockFacts, lockFacts } from "./lock-facts.ts";

/** What is to be looked up. */
export interface FactWishes {
  readonly env: Environment;
  readonly git: boolean;
  /** Build folder; undefined: told from each recipe. */
  readonly context: string | undefined;
  readonly buildArguments: ReadonlyMap<string, string> | undefined;
  /** False for texts that are no files: nothing is looked up around them. */
  readonly files: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Facts of texts that are checked in one run. */
export interface FactSource {
  factsOf(source: SourceText): Promise<PracticeFacts>;
  /** Text of a file that a compose file names. */
  readerOf(path: string): ((name: string) => string | undefined) | undefined;
}

/** Asks git for all files at once; the rest is looked up file by file. */
export async function gatherFacts(paths: readonly string[], wishes: FactWishes): Promise<FactSource> {
  const { buildArguments, files, env, signal } = wishes;
  const git = wishes.git && files ? await gitFacts(paths, { env, signal }) : new Map();
  const locks = new Map<string, LockFacts>();
  const lockOf = (folder: string) => {
    const known = locks.get(folder) ?? lockFacts(folder);
    locks.set(folder, known);
    return known;
  };
  return {
    factsOf: async (source) => {
      const now = Date.now() / 1000;
      if (!files) return { now, buildArguments };
      const context = contextFacts(source, wishes.context);
      return { now, buildArguments, context, git: git.get(source.name), ...lockOf(dirname(source.name)) };
    },
    readerOf: (path) => (files ? readerOf(path) : undefined),
  };
}
