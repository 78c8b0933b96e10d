// Edits of compose files that many practices of running offer. Knows no practice.

import type { Range } from "../../../base/source.ts";
import type { LaunchView } from "../../launch-view/types.ts";
import type { Edit } from "../../types.ts";

/** A new key of a service; undefined where it cannot be written in one place. */
export function withKey({ insertion }: LaunchView, text: string): readonly Edit[] | undefined {
  if (!insertion) return undefined;
  const { at, indent } = insertion;
  return [{ range: { start: at, end: at }, text: `${indent}${text}\n` }];
}

/** The line of a key taken away, where nothing else stands on it. */
export function withoutKey(
  { source: { text }, tool }: LaunchView,
  { start, end }: Range,
  key: string,
): readonly Edit[] | undefined {
  if (tool !== "compose") return undefined;
  const from = text.lastIndexOf("\n", start - 1) + 1;
  const feed = text.indexOf("\n", end);
  const line = text.slice(from, feed < 0 ? text.length : feed);
  const plain = new Set([`${key}: ${text.slice(start, end)}`, `${key}:${text.slice(start, end)}`]);
  return plain.has(line.trim())
    ? [{ range: { start: from, end: feed < 0 ? text.length : feed + 1 }, text: "" }]
    : undefined;
}

/** One item of a list taken away, and the list with the last one; of a run line, its option. */
export function withoutItem(launch: LaunchView, { start, end }: Range): readonly Edit[] | undefined {
  const { tool, flags, source } = launch;
  if (tool !== "compose") {
    const flag = flags.find((one) => one.range.start <= start && one.range.end >= end);
    return flag && withoutSwitch(launch, flag.range);
  }
  const { text } = source;
  const from = text.lastIndexOf("\n", start - 1) + 1;
  const feed = text.indexOf("\n", end);
  const until = feed < 0 ? text.length : feed + 1;
  const [before, behind] = [text.slice(from, start), text.slice(end, until).trim()];
  if (behind === "" && /^ *- *$/.test(before)) {
    const above = /(?:^|\n)( *[\w-]+: *\n)$/.exec(text.slice(0, from))?.[1];
    const last = !/^ *- /.test(text.slice(until));
    return [{ range: { start: above !== undefined && last ? from - above.length : from, end: until }, text: "" }];
  }
  if (behind === "]" && /^ *[\w-]+: *\[ *$/.test(before)) return [{ range: { start: from, end: until }, text: "" }];
  const comma = /^ *, */.exec(text.slice(end, until))?.[0] ?? "";
  const front = comma === "" ? (/ *, *$/.exec(before)?.[0] ?? "") : "";
  if (comma === "" && front === "") return undefined;
  return [{ range: { start: start - front.length, end: end + comma.length }, text: "" }];
}

/** A switch of a run line taken away, with the blank in front of it. */
export function withoutSwitch({ source: { text } }: LaunchView, { start, end }: Range): readonly Edit[] {
  const from = /[ \t]/.test(text[start - 1] ?? "") ? start - 1 : start;
  return [{ range: { start: from, end }, text: "" }];
}
