// What the SOURCE of `berth build` is: a recipe with its folder, or an image. Looks at files; builds nothing.

import { lstat, open, readFile, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { defineErrors, errnoOf, reasonOf } from "../base/errors.ts";
import type { SourceText } from "../base/source.ts";
import { type ImageSource, parseImageUri } from "../oci/uri.ts";
import { type PathFilter, parseDockerignore } from "../recipe/dockerignore.ts";
import { recipeKind } from "../recipe/recipe-kind.ts";

/** A parsed source. Folders are absolute. */
export type BuildSource =
  | { readonly kind: "definition"; readonly text: SourceText; readonly folder: string }
  | { readonly kind: "dockerfile"; readonly text: SourceText; readonly path: string; readonly context: string }
  | { readonly kind: "image"; readonly source: ImageSource };

const fail = defineErrors({
  E_BUILD_SOURCE: {
    text: "unable to build from {path}: {reason}",
    hint: "SOURCE is a definition file, a Dockerfile or a folder with one, an image file, a sandbox, or a URI such as docker://alpine:3.20",
  },
  E_BUILD_CONTEXT: { text: "the build context {path} cannot be used: {reason}", hint: "name a folder with --context" },
});

const NAMES = ["Containerfile", "Dockerfile"];
/** Bytes; recipes are a few KiB. */
const MAX_RECIPE = 16 * 1024 * 1024;
const HEAD = 64 * 1024;

export interface SourceWishes {
  /** `--file`. */
  readonly file: string | undefined;
  /** `--context`. */
  readonly context: string | undefined;
}

/** Finds out what a source is. @throws E_BUILD_SOURCE, E_BUILD_CONTEXT, and what `parseImageUri` does */
export async function findSource(text: string, wishes: SourceWishes): Promise<BuildSource> {
  if (wishes.file !== undefined) return dockerfile(resolve(wishes.file), wishes.context ?? text);
  const source = parseImageUri(text);
  if (source.kind !== "file") return { kind: "image", source };
  const path = resolve(source.path);
  const info = await stat(path).catch((cause) => {
    const reason = errnoOf(cause) === "ENOENT" ? "no such file or directory" : reasonOf(cause);
    throw fail("E_BUILD_SOURCE", { path: text, reason });
  });
  if (info.isDirectory()) return folder(path, wishes);
  if (!info.isFile()) throw fail("E_BUILD_SOURCE", { path: text, reason: "it is no regular file" });
  const kind = await kindOf(path);
  if (kind === "dockerfile") return dockerfile(path, wishes.context ?? dirname(path));
  if (kind === "definition") return { kind, text: await readRecipe(path, text), folder: dirname(path) };
  return { kind: "image", source };
}

async function folder(path: string, wishes: SourceWishes): Promise<BuildSource> {
  for (const name of NAMES) {
    const file = join(path, name);
    if ((await lstat(file).catch(() => undefined)) !== undefined) return dockerfile(file, wishes.context ?? path);
  }
  return { kind: "image", source: { kind: "file", path } };
}

async function kindOf(path: string) {
  const file = await open(path, "r").catch((cause) => {
    throw fail("E_BUILD_SOURCE", { path, reason: reasonOf(cause) }, { cause });
  });
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD), 0, HEAD);
    const head = buffer.subarray(0, bytesRead);
    // Images begin with a magic word; a text has no NUL.
    const kind = head.includes(0) ? undefined : recipeKind(head.toString("utf8"));
    return (
      kind ?? (/^(?:Dockerfile|Containerfile)(?:\.|$)|\.Dockerfile$/i.test(basename(path)) ? "dockerfile" : undefined)
    );
  } finally {
    await file.close();
  }
}

async function dockerfile(path: string, context: string): Promise<BuildSource> {
  const folderPath = resolve(context);
  const info = await stat(folderPath).catch(() => undefined);
  if (!info) throw fail("E_BUILD_CONTEXT", { path: context, reason: "there is no such folder" });
  if (!info.isDirectory()) throw fail("E_BUILD_CONTEXT", { path: context, reason: "it is no folder" });
  return { kind: "dockerfile", text: await readRecipe(path, path), path, context: folderPath };
}

async function readRecipe(path: string, name: string): Promise<SourceText> {
  try {
    const { size } = await stat(path);
    if (size > MAX_RECIPE) throw new Error(`it has ${size} bytes, too many for a recipe`);
    return { name: name === path ? basename(path) : name, text: await readFile(path, "utf8") };
  } catch (cause) {
    throw fail("E_BUILD_SOURCE", { path, reason: reasonOf(cause) }, { cause });
  }
}

/** What the context of a Dockerfile does not show: the file of the Dockerfile's own name goes first. @throws E_RECIPE_IGNORE, E_BUILD_CONTEXT */
export async function contextFilter(path: string, context: string): Promise<PathFilter | undefined> {
  return (await filterIn(`${path}.dockerignore`)) ?? ignoreFile(context);
}

/** What a folder's `.dockerignore` leaves out; undefined: it has none. @throws E_RECIPE_IGNORE, E_BUILD_CONTEXT */
export function ignoreFile(folder: string): Promise<PathFilter | undefined> {
  return filterIn(join(folder, ".dockerignore"));
}

async function filterIn(file: string): Promise<PathFilter | undefined> {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    if (["ENOENT", "ENOTDIR"].includes(errnoOf(cause) ?? "")) return undefined;
    // Without it the build would see what it was to leave out.
    throw fail("E_BUILD_CONTEXT", { path: dirname(file), reason: `${basename(file)}: ${reasonOf(cause)}` }, { cause });
  });
  return text === undefined ? undefined : parseDockerignore({ name: basename(file), text });
}
