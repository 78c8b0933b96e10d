// `udiRoot.conf` as the section `node` of `site.yaml`: a list of moves, as every translation of this room. Pure.

import { nearest } from "../../base/nearest.ts";
import type { Path } from "../config-document.ts";
import { type Mover, mover, type Translation } from "../shifter/moves.ts";
import type { UdiRoot, UdiRootEntry } from "../udi-root.ts";
import { DYNAMIC_KEY, knownKeys, MODULE_KEYS, UNUSED_KEYS, type UnusedKey, USED_KEYS, type UsedKey } from "./keys.ts";
import { readValue } from "./values.ts";

/** A translation that knows the lines of a file. */
export interface NodeTranslation extends Translation {
  /** The line of a key or of an item of its list; undefined for a key that is not there. */
  lineOf(from: Path): number | undefined;
  /** Sentences for the administrator about what is read and has no effect, each with its line. */
  readonly remarks: readonly Remark[];
}

interface Remark {
  readonly line: number;
  /** Made when it is asked for: finding what was meant takes longer than reading the file. */
  text(): string;
}

interface Work {
  readonly to: Mover;
  readonly lenient: boolean;
  readonly entries: ReadonlyMap<string, readonly UdiRootEntry[]>;
  /** Lines of the items of lists, by key. */
  readonly items: Map<string, readonly number[]>;
  readonly remarks: Remark[];
  /** Modules that were met, each with the key that named it first; and those of which something was moved. */
  readonly named: Map<string, string>;
  readonly filled: Set<unknown>;
}

/** Translates a file. What is wrong is in `found`, with paths of the file: the key, then the number of an item. */
export function translateUdiRoot(root: UdiRoot, { lenient = false } = {}): NodeTranslation {
  const work: Work = {
    ...{ to: mover(), lenient, entries: byKey(root) },
    ...{ items: new Map(), remarks: [], named: new Map(), filled: new Set() },
  };
  for (const [key, entries] of work.entries) translateKey(work, key, entries);
  keepEmptyModules(work);
  demand(work, "imagePath", "images are looked for there");
  if (!isDynamic(work)) demand(work, "etcPath", `or write ${DYNAMIC_KEY}=1`);
  const translation = work.to.end();
  const lineOf = ([key = "", item]: Path) =>
    (typeof item === "number" ? work.items.get(String(key))?.[item] : undefined) ??
    work.entries.get(String(key))?.at(-1)?.line;
  return { ...translation, lineOf, remarks: work.remarks };
}

function byKey({ entries }: UdiRoot): ReadonlyMap<string, readonly UdiRootEntry[]> {
  const found = new Map<string, UdiRootEntry[]>();
  for (const entry of entries) {
    const others = found.get(entry.key);
    if (others) others.push(entry);
    else found.set(entry.key, [entry]);
  }
  return found;
}

function translateKey(work: Work, key: string, entries: readonly UdiRootEntry[]): void {
  const [unused, used] = [own(UNUSED_KEYS, key), own(USED_KEYS, key)];
  if (unused) dropUnused(work, key, entries, unused);
  else if (key === DYNAMIC_KEY) translateDynamic(work, entries);
  else if (key.startsWith("module_")) translateModuleKey(work, key, entries);
  else if (!used) unknownKey(work, key, entries);
  else {
    const why = pointless(work, key, used);
    if (why === undefined) moveValue(work, key, entries, used, ["node"]);
    else work.to.drop([key], true, why);
  }
}

function dropUnused(work: Work, key: string, entries: readonly UdiRootEntry[], { why, deprecated }: UnusedKey): void {
  work.to.drop([key], true, why);
  if (deprecated) remark(work, entries, () => `IGNORING ${key}: ${why}`);
}

// A file for both: what one of the two ways of making accounts needs, the other does not.
function pointless(work: Work, key: string, { to }: UsedKey): string | undefined {
  if (key === "etcPath" && isDynamic(work)) return `passwd and group are made (${DYNAMIC_KEY}=1)`;
  if (key === "usersToImport" && !isDynamic(work)) return `accounts come from etcPath; it counts with ${DYNAMIC_KEY}=1`;
  if (to[0] === "cache" && !work.entries.get("perNodeCachePath")?.at(-1)?.value)
    return "without perNodeCachePath there is no cache of a node";
  return undefined;
}

function isDynamic(work: Work): boolean {
  const read = readValue("flag", work.entries.get(DYNAMIC_KEY) ?? []);
  return read?.ok === true && read.value === true;
}

function translateDynamic(work: Work, entries: readonly UdiRootEntry[]): void {
  const read = readValue("flag", entries);
  const how = read?.ok && read.value ? "etcDir is left out, so that accounts are made" : "etcDir says it";
  if (read?.ok === false) work.to.found.wrong([DYNAMIC_KEY], read.why, read.hint);
  else work.to.drop([DYNAMIC_KEY], true, how);
}

function translateModuleKey(work: Work, key: string, entries: readonly UdiRootEntry[]): void {
  const [, name = "", sub = ""] = /^module_([^_]+)_?(.*)$/.exec(key) ?? [];
  const used = own(MODULE_KEYS, sub);
  if (!used) passModuleKey(work, key, entries, name, sub);
  else moveValue(work, key, entries, used, ["node", "modules", name]);
  if (sub !== "" && !work.named.has(name)) work.named.set(name, key);
}

// A module is there as soon as one key names it, whatever the key says.
function keepEmptyModules({ named, filled, to }: Work): void {
  for (const [name, key] of named) if (!filled.has(name)) to.move([key], ["node", "modules", name, "enabled"], true);
}

// Shifter passes over them in silence, so they stand in files that work.
function passModuleKey(work: Work, key: string, entries: readonly UdiRootEntry[], name: string, sub: string): void {
  const why = sub === "" ? "it is not module_NAME_KEY" : `modules have no ${sub}`;
  work.to.drop([key], true, why);
  remark(work, entries, () => {
    const meant = nearest(sub, Object.keys(MODULE_KEYS));
    return `IGNORING ${key}: ${why}${meant === undefined ? "" : `; did you mean module_${name}_${meant}?`}`;
  });
}

function moveValue(work: Work, key: string, entries: readonly UdiRootEntry[], used: UsedKey, below: Path): void {
  const read = readValue(used.kind, entries);
  if (read?.ok === false) work.to.found.wrong([key], read.why, read.hint);
  if (!read?.ok) return;
  if (read.odd !== undefined) work.to.found.odd([key], read.odd);
  work.items.set(key, read.lines);
  work.filled.add(below[2]);
  work.to.move([key], [...below, ...used.to], read.value, used.note);
}

function unknownKey(work: Work, key: string, entries: readonly UdiRootEntry[]): void {
  const hint = () => {
    const meant = nearest(key, knownKeys());
    return meant === undefined ? "take it out, or use --lenient-config" : `did you mean ${meant}?`;
  };
  if (work.lenient) {
    work.to.drop([key], true, "not known");
    remark(work, entries, () => `IGNORING ${key}: it is not known; ${hint()}`);
  } else work.to.found.wrong([key], "is not known", hint());
}

function demand(work: Work, key: string, hint: string): void {
  if (!work.entries.get(key)?.at(-1)?.value) work.to.found.wrong([key], "is not defined", hint);
}

function remark(work: Work, entries: readonly UdiRootEntry[], text: () => string): void {
  work.remarks.push({ line: entries.at(-1)?.line ?? 1, text });
}

// Keys come from the file: `constructor` is one like any other.
function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
