// For tests of the converter: a context in memory, and short ways to convert a text.

import { parseDockerfile } from "../../recipe/dockerfile/parse.ts";
import { parseDockerignore } from "../../recipe/dockerignore.ts";
import type { ContextView } from "./context-view.ts";
import type { Conversion } from "./report.ts";
import { toDefinition } from "./to-definition.ts";
import { toDockerfile } from "./to-dockerfile.ts";

/** A context that holds these files; a value that begins with `->` is a link. */
export function memoryContext(files: Readonly<Record<string, string>> = {}): ContextView {
  const paths = Object.keys(files);
  const below = (folder: string) => (folder === "." ? paths : paths.filter((path) => path.startsWith(`${folder}/`)));
  return {
    filter: parseDockerignore({ name: ".dockerignore", text: files[".dockerignore"] ?? "" }),
    kind(path) {
      const content = files[path];
      if (content !== undefined) return content.startsWith("->") ? "link" : "file";
      return path === "." || below(path).length > 0 ? "folder" : undefined;
    },
    target: (link) => files[link]?.slice(2) ?? "",
    names(folder) {
      const start = folder === "." ? 0 : folder.length + 1;
      return [...new Set(below(folder).map((path) => path.slice(start).split("/")[0] ?? ""))].sort();
    },
  };
}

/** What a test may say beside the recipe. */
export interface TestWishes {
  readonly files?: Readonly<Record<string, string>>;
  readonly args?: Readonly<Record<string, string>>;
  readonly target?: string;
}

/** Converts a Dockerfile. */
export function definitionOf(text: string, { files, args = {}, target }: TestWishes = {}): Conversion {
  return toDefinition({
    file: parseDockerfile({ name: "Dockerfile", text }),
    context: memoryContext(files),
    buildArgs: new Map(Object.entries(args)),
    target,
    platform: { os: "linux", architecture: "amd64" },
  });
}

/** Converts a definition file. */
export function dockerfileOf(text: string, { files, args = {} }: TestWishes = {}): Conversion {
  const source = { name: "image.def", text };
  return toDockerfile({ source, arguments: new Map(Object.entries(args)), context: memoryContext(files) });
}

/** A section's lines without the blanks around them. */
export function sectionOf({ text }: Conversion, name: string): readonly string[] {
  const found = new RegExp(`^%${name}\\n((?:(?!%|Bootstrap:).*\\n?)*)`, "m").exec(text)?.[1] ?? "";
  return found
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** Rows as `line fidelity`, with their notes. */
export function fates({ rows }: Conversion): readonly string[] {
  return rows.map(({ source, fidelity, notes }) => [`${source.first} ${fidelity}`, ...notes].join(": "));
}
