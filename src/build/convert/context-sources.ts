// The sources of a COPY in a context: patterns replaced by the names they match now, folders taken apart where
// `.dockerignore` leaves out something inside. `%files` knows neither.

import { posix } from "node:path";
import { pathFilter } from "../../recipe/dockerignore.ts";
import { pathPattern } from "../../recipe/path-pattern.ts";
import type { ContextView } from "./context-view.ts";

/** One source as `%files` lists it. */
export interface FoundSource {
  /** What COPY names, cleaned; `.` is the context. */
  readonly path: string;
  readonly kind: "file" | "folder" | "unknown";
  /** Paths to copy: the source itself, or the parts of it that are left. */
  readonly parts: readonly string[];
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
    if (found.length === 0) return [{ path, kind: "unknown", parts: [path] }];
    return found.map((one) => {
      const kind = context.kind(one);
      if (!kind) notes.push(`${text} is not in the context now`);
      if (kind !== "folder") return { path: one, kind: kind ?? "unknown", parts: [one] };
      const parts = remaining(one, context, left);
      if (parts.length !== 1) notes.push("the files that .dockerignore and --exclude leave are listed as they are now");
      return { path: one, kind, parts };
    });
  });
  return { sources, notes: [...new Set(notes)] };
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
function remaining(folder: string, context: ContextView, left: (path: string) => boolean): readonly string[] {
  const names = context.names(folder).map((name) => posix.join(folder, name));
  const parts = names.map((path) => {
    if (context.kind(path) === "folder") return remaining(path, context, left);
    return left(path) ? [path] : [];
  });
  const whole = (folder === "." || left(folder)) && parts.every(([first], index) => first === names[index]);
  return whole ? [folder] : parts.flat();
}
