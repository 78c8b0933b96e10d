// The sources of a COPY in a context: patterns replaced by the names they match now, folders taken apart where
// `.dockerignore` leaves out something inside or a link stands there. `%files` knows no exceptions and follows links.

import { posix } from "node:path";
import { pathFilter } from "../../recipe/dockerignore.ts";
import { pathPattern } from "../../recipe/path-pattern.ts";
import type { ContextView } from "./context-view.ts";

/** One source as `%files` lists it. */
export interface FoundSource {
  /** What COPY names, cleaned; `.` is the context. */
  readonly path: string;
  readonly kind: "file" | "folder" | "unknown";
  /** Links in a folder, which are none of its `parts`. */
  readonly links: readonly FoundLink[];
  /** Paths to copy: the source itself, or the parts of it that are left. */
  readonly parts: readonly string[];
}

/** A link of the context. */
export interface FoundLink {
  readonly path: string;
  readonly target: string;
}

/** Sources, and what had to be said about them. */
export interface FoundSources {
  readonly sources: readonly FoundSource[];
  readonly notes: readonly string[];
}

/** Finds the sources of a COPY. `exclude` holds the patterns of its flags. */
export function findSources(
  written: readonly string[],
  context: ContextView,
  exclude: readonly string[] = [],
): FoundSources {
  const notes: string[] = [];
  const own = pathFilter(exclude, "--exclude");
  const left = (path: string) => !context.filter.ignored(path) && !own.ignored(path);
  const sources = written.flatMap((text): readonly FoundSource[] => {
    const path = cleaned(text);
    const found = isPattern(path) ? matches(path, context).filter(left) : [path];
    if (isPattern(path)) notes.push(noteOf(text, found.length));
    if (found.length === 0) return [{ path, kind: "unknown", parts: [path], links: [] }];
    return found.map((one) => oneSource(one, text, { context, left, notes }));
  });
  return { sources, notes: [...new Set(notes)] };
}

interface Search {
  readonly context: ContextView;
  left(path: string): boolean;
  readonly notes: string[];
}

function oneSource(path: string, written: string, search: Search): FoundSource {
  const kind = search.context.kind(path);
  if (kind === undefined) search.notes.push(`${written} is not in the context now`);
  // A link that COPY names itself is followed; where to is for the build to see.
  if (kind !== "folder") return { path, kind: kind === "file" ? kind : "unknown", parts: [path], links: [] };
  const links: FoundLink[] = [];
  const parts = remaining(path, search, links);
  if (parts.length !== 1 || parts[0] !== path) search.notes.push("what belongs to a folder is listed as it is now");
  return { path, kind, parts, links };
}

function noteOf(text: string, count: number): string {
  if (count === 0) return `${text} matches nothing in the context now; the pattern is kept`;
  return `${text} is replaced by the ${count === 1 ? "name" : `${count} names`} that it matches now`;
}

function cleaned(text: string): string {
  // A context has no parent: paths that lead out of it begin again at its root, as in Docker.
  return (
    posix
      .join("/", text)
      .replace(/(?<=.)\/$/, "")
      .slice(1) || "."
  );
}

function isPattern(path: string): boolean {
  return /[*?[]/.test(path);
}

function matches(pattern: string, context: ContextView): readonly string[] {
  let found: readonly string[] = ["."];
  for (const part of pattern.split("/")) {
    const test = pathPattern(part) ?? ((name: string) => name === part);
    found = found
      .filter((folder) => context.kind(folder) === "folder")
      .flatMap((folder) =>
        context
          .names(folder)
          .filter(test)
          .map((name) => posix.join(folder, name)),
      );
  }
  return found;
}

// The largest parts of a folder of which nothing is left out.
function remaining(folder: string, search: Search, links: FoundLink[]): readonly string[] {
  const { context, left } = search;
  const names = context.names(folder).map((name) => posix.join(folder, name));
  const parts = names.map((path) => {
    const kind = context.kind(path);
    if (kind === "folder") return remaining(path, search, links);
    if (kind === "link" && left(path)) links.push({ path, target: context.target(path) });
    return kind === "file" && left(path) ? [path] : [];
  });
  const whole = (folder === "." || left(folder)) && parts.every(([first], index) => first === names[index]);
  return whole ? [folder] : parts.flat();
}
