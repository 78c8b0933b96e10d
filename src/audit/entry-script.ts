// The script that starts an image. Which one it is says the configuration, which a layer's record knows nothing of: so when it
// is not among the kept texts, it is read for itself. Rare, and of layers then remembered.

import { resolveLinks } from "./resolve-links.ts";
import type { AuditedConfig, FileEntry, FileFacts } from "./types.ts";
import { MAX_TEXT } from "./wanted-texts.ts";

const SHELLS = /(?:^|\/)(?:ba|da|k|z)?sh$/;
const INITS = /(?:^|\/)(?:tini|dumb-init|catatonit|exec|env)$/;
const USUAL_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Reads a small file whose text was not kept; undefined when that does not work out. */
export type ReadText = (entry: FileEntry) => Promise<string | undefined>;

/** The files, with the text of the entry script by its own path and by the one that the configuration names. */
export async function withEntryScript(files: FileFacts, config: AuditedConfig, read: ReadText): Promise<FileFacts> {
  const script = entryScript(config, files.entries);
  if (!script) return files;
  const { path } = script.entry;
  const text = files.texts.get(path) ?? (await read(script.entry));
  if (text === undefined) return files;
  return { ...files, texts: new Map([...files.texts, [path, text], [script.named, text]]) };
}

/** The file that an image starts with, when it may be a script; undefined for programs and for what is not there. */
export function entryScript(
  config: AuditedConfig,
  entries: readonly FileEntry[],
): { readonly named: string; readonly entry: FileEntry } | undefined {
  const words = [...config.entrypoint, ...config.command].slice(0, 8);
  const script = words.find((word) => !word.startsWith("-") && !SHELLS.test(word) && !INITS.test(word));
  if (script === undefined || /\s/.test(script)) return undefined;
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  const find = (path: string) => byPath.get(path);
  for (const named of candidates(script, config)) {
    const path = resolveLinks(named, find);
    const entry = path === undefined ? undefined : find(path);
    if (entry?.type !== "file") continue;
    return entry.program || entry.size > MAX_TEXT ? undefined : { named, entry };
  }
  return undefined;
}

// From the root, without a slash in front.
function candidates(word: string, { env, workingDirectory }: AuditedConfig): readonly string[] {
  if (word.includes("/")) return [tidy(word.startsWith("/") ? word : `${workingDirectory}/${word}`)];
  const path = env.find((line) => line.startsWith("PATH="))?.slice("PATH=".length) ?? USUAL_PATH;
  return path.split(":").map((folder) => tidy(`${folder}/${word}`));
}

function tidy(path: string): string {
  return path
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/");
}
