// Which packages a distribution gives no or limited security support: Debian's tables (package debian-security-support), whose
// lines are `source [last version, day of the end] note`. Pure.

import { basename } from "node:path";
import { asObject, asString } from "../../oci/json.ts";

/** One line of a table. */
export interface SupportEntry {
  /** OSV ecosystem, `Debian:12`; without a release for all of them. */
  readonly ecosystem: string;
  /** Source package; a `.*` at its end stands for any rest. */
  readonly name: string;
  readonly kind: "ended" | "limited";
  /** Day of the end. */
  readonly since?: string | undefined;
  readonly note: string;
}

const FILE = /^security-support-(ended|limited)(?:\.deb(\d+))?$/;
const MAX_ENTRIES = 10_000;

/** True for the names that these tables have. */
export function isSupportTable(path: string): boolean {
  return FILE.test(basename(path));
}

/** The table's lines, in the place of those that `before` has of the same kind and release. */
export function supportList(path: string, text: string, before: unknown): readonly SupportEntry[] {
  const [, kind, release] = FILE.exec(basename(path)) ?? [];
  const ecosystem = release === undefined ? "Debian" : `Debian:${release}`;
  const ended = kind === "ended";
  const lines = text.split("\n").map((line) => line.replace(/#.*$/, "").trim());
  const entries = lines.flatMap((line) => (line === "" ? [] : [ended ? endedLine(line) : limitedLine(line)]));
  const kept = readSupport(before).filter((one) => one.ecosystem !== ecosystem || (one.kind === "ended") !== ended);
  return [...kept, ...entries.slice(0, MAX_ENTRIES).map((entry) => ({ ecosystem, ...entry }))];
}

/** The entries of a stored list. */
export function readSupport(value: unknown): readonly SupportEntry[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((one): readonly SupportEntry[] => {
    const entry = asObject(one);
    const [ecosystem, name, note] = ["ecosystem", "name", "note"].map((key) => asString(entry?.[key]));
    const kind = entry?.["kind"];
    if (ecosystem === undefined || name === undefined || (kind !== "ended" && kind !== "limited")) return [];
    return [{ ecosystem, name, kind, since: asString(entry?.["since"]), note: note ?? "" }];
  });
}

/** The entry that speaks of a source package of an ecosystem. */
export function supportOf(
  entries: readonly SupportEntry[],
  ecosystem: string,
  source: string,
): SupportEntry | undefined {
  const family = ecosystem.split(":", 1)[0];
  return entries.find((entry) => {
    if (entry.ecosystem !== ecosystem && entry.ecosystem !== family) return false;
    return entry.name.endsWith(".*") ? source.startsWith(entry.name.slice(0, -2)) : entry.name === source;
  });
}

function endedLine(line: string): Omit<SupportEntry, "ecosystem"> {
  const [name = "", , since, ...note] = line.split(/\s+/);
  return { name, kind: "ended", since, note: note.join(" ") };
}

function limitedLine(line: string): Omit<SupportEntry, "ecosystem"> {
  const [name = "", ...note] = line.split(/\s+/);
  return { name, kind: "limited", note: note.join(" ") };
}
