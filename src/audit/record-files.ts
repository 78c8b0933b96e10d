// Takes the entries of a layer (or of a tree) and the bytes of its files as they come by, and keeps what a record holds of
// them. No file is held in memory unless it is small or somebody reads packages from it. Knows no archive.

import type { LayerRecord, RecordedEntry, RecordedSecret } from "./layer-record.ts";
import { collectLayer } from "./packages/collect.ts";
import { MAX_SCANNED, secretByName, secretsInFile } from "./scan-secrets.ts";
import { maskSecrets } from "./secrets/mask-secrets.ts";
import { isAccounts, wantedText } from "./wanted-texts.ts";

const ELF = Buffer.from("\x7fELF", "latin1");
/** Bytes looked at to tell text from the rest. */
const SNIFFED = 1024;
/** Kept texts and traces of one layer; a layer with more is no layer of software. */
const MAX_TEXTS = 2000;
const MAX_TEXT_BYTES = 8 * 1024 * 1024;
const MAX_SECRETS = 2000;
const MAX_EMPTIED = 100;
const NOTHING = Buffer.alloc(0);

/** What was kept of all files. */
export interface RecordedFiles extends Pick<LayerRecord, "entries" | "texts" | "secrets" | "packages"> {
  /** Paths that were something else before they became directories: nothing of lower layers is left in them. */
  readonly emptied: readonly string[];
}

/** The file whose bytes come by. */
interface OpenFile {
  readonly entry: RecordedEntry;
  /** Most bytes of a text that is kept. */
  readonly text: number | undefined;
  first: Buffer;
  parts: Buffer[] | undefined;
  packages: boolean;
}

/** Takes entries one after the other, each file's bytes behind it. */
export class FileRecorder {
  readonly #alsoTexts: ReadonlySet<string>;
  readonly #entries = new Map<string, RecordedEntry>();
  readonly #texts = new Map<string, string>();
  readonly #secrets = new Map<string, readonly RecordedSecret[]>();
  readonly #packages = collectLayer();
  readonly #emptied = new Set<string>();
  #open: OpenFile | undefined;
  #textBytes = 0;

  /** `alsoTexts`: paths whose text is kept beside those of the table, such as the entry script. */
  constructor(alsoTexts: ReadonlySet<string> = new Set()) {
    this.#alsoTexts = alsoTexts;
  }

  /** The next entry; what came before it is complete. */
  entry(entry: RecordedEntry): void {
    this.#end();
    const { path, type, target } = entry;
    // Of a path that stands in an archive twice, the last counts.
    this.#texts.delete(path);
    this.#secrets.delete(path);
    const before = this.#entries.get(path);
    if (before && before.type !== "directory" && type === "directory") this.#empty(path);
    this.#entries.delete(path);
    this.#entries.set(path, type === "hardlink" ? linked(entry, this.#entries.get(target ?? "")) : entry);
    if (type === "hardlink" && target !== undefined) this.#packages.link(path, target);
    if (type === "file") this.#begin(entry);
  }

  /** Next bytes of the file. False when no more of them are wanted; giving them all the same does no harm. */
  bytes(slice: Buffer): boolean {
    const open = this.#open;
    if (!open) return false;
    const missing = ELF.length - open.first.length;
    if (missing > 0) open.first = Buffer.concat([open.first, slice.subarray(0, missing)]);
    if (open.parts && isBinary(slice)) open.parts = undefined;
    open.parts?.push(slice);
    if (open.packages && !this.#packages.bytes(slice)) {
      this.#packages.end();
      open.packages = false;
    }
    return open.packages || open.parts !== undefined || open.first.length < ELF.length;
  }

  /** Everything that was kept. */
  finish(): RecordedFiles {
    this.#end();
    return {
      entries: [...this.#entries.values()],
      texts: this.#texts,
      secrets: [...this.#secrets.values()].flat().slice(0, MAX_SECRETS),
      packages: this.#packages.finish(),
      emptied: [...this.#emptied],
    };
  }

  #begin(entry: RecordedEntry): void {
    const { path, size, mode } = entry;
    const text = this.#alsoTexts.has(path) ? MAX_SCANNED : wantedText(path);
    const parts = size <= MAX_SCANNED ? [] : undefined;
    this.#open = { entry, text, first: NOTHING, parts, packages: this.#packages.begin(path, { size, mode }) };
  }

  #end(): void {
    const open = this.#open;
    if (!open) return;
    this.#open = undefined;
    const { entry, parts, text, first } = open;
    if (open.packages) this.#packages.end();
    if (first.equals(ELF)) this.#entries.set(entry.path, { ...entry, program: true });
    const content = parts && (parts.length === 1 ? (parts[0] ?? NOTHING) : Buffer.concat(parts));
    const found = content ? secretsInFile(entry.path, content) : secretByName(entry.path, entry.size);
    if (found.length > 0 && this.#secrets.size < MAX_SECRETS) this.#secrets.set(entry.path, found);
    if (content && text !== undefined && content.length <= text) this.#keepText(entry.path, content);
  }

  #keepText(path: string, content: Buffer): void {
    this.#textBytes += content.length;
    if (this.#textBytes <= MAX_TEXT_BYTES && this.#texts.size < MAX_TEXTS)
      this.#texts.set(path, withoutPasswords(path, content.toString("utf8")));
  }

  #empty(path: string): void {
    // Each takes a look at all entries: an archive that does it over and over keeps what it had below.
    if (this.#emptied.size < MAX_EMPTIED)
      for (const below of [...this.#entries.keys()].filter((name) => name.startsWith(`${path}/`))) {
        for (const kept of [this.#entries, this.#texts, this.#secrets]) kept.delete(below);
      }
    this.#emptied.add(path);
  }
}

// A cache is no place for them: where they are is in the record, and of a password that there is one.
function withoutPasswords(path: string, text: string): string {
  return isAccounts(path) ? text.replace(/^([^:\n]+):(?!x:)[^:!*\n][^:\n]*/gm, "$1:$") : maskSecrets(text);
}

function linked(link: RecordedEntry, target: RecordedEntry | undefined): RecordedEntry {
  return target?.program ? { ...link, program: true } : link;
}

// Only its beginning is looked at: whoever hides a text behind a zero byte hides it from every reader of text.
function isBinary(slice: Buffer): boolean {
  return slice.subarray(0, SNIFFED).includes(0);
}
