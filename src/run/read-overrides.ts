// The overrides of an environment, from flags, files and the caller's variables. Loaded on every start: files are read by
// another module, when there are any.

import type { Environment } from "../platform/user.ts";
import { collectOverrides } from "./environment-overrides.ts";
import { info, type Note, warning } from "./notes.ts";

/** Where overrides come from. */
export interface OverrideSources {
  readonly env: Environment;
  readonly envFlags: readonly string[];
  readonly envFiles: readonly string[];
}

/** The winning overrides, and what should be said of the others. @throws what reading a file fails with */
export async function readOverrides(
  sources: OverrideSources,
): Promise<{ overrides: ReadonlyMap<string, string>; notes: readonly Note[] }> {
  const files = sources.envFiles.length === 0 ? [] : await readFiles(sources);
  const { values, infos, warnings } = collectOverrides(sources.env, files, sources.envFlags);
  return { overrides: values, notes: [...infos.map(info), ...warnings.map(warning)] };
}

async function readFiles(sources: OverrideSources): Promise<ReadonlyMap<string, string>[]> {
  const { readEnvFile } = await import("./environment-file.ts");
  return sources.envFiles.map((file) => readEnvFile(file, sources.env));
}
