// The hooks of CDI specifications, done by berth itself: no program of a vendor is run. What a hook is to do is said in its arguments, in
// which the vendor's program appears under several names (`nvidia-ctk hook NAME …`, `nvidia-cdi-hook NAME …`). Pure.

import { posix } from "node:path";
import type { DeviceHook } from "./cdi-spec.ts";

/** A symbolic link of the container. */
export interface DeviceLink {
  /** Absolute path in the container. */
  readonly path: string;
  /** What it says, as it is. */
  readonly to: string;
}

/** What a hook comes to. */
export type HookEdit =
  | { readonly kind: "links"; readonly links: readonly DeviceLink[] }
  /** Folders in which the container's linker is to find libraries. */
  | { readonly kind: "libraries"; readonly folders: readonly string[] }
  /** Of no use without privilege: what it would do is so already, or cannot be undone by a container. */
  | { readonly kind: "needless"; readonly name: string; readonly why: string }
  /** Not done. */
  | { readonly kind: "unknown"; readonly name: string };

const NEEDLESS: ReadonlyMap<string, string> = new Map([
  ["chmod", "the modes of the host's files count"],
  ["disable-device-node-modification", "no program in the container can make device nodes"],
  ["enable-cuda-compat", "set LD_LIBRARY_PATH=/usr/local/cuda/compat to use the image's newer CUDA libraries"],
]);

/** Reads a hook. */
export function hookEdit(hook: DeviceHook): HookEdit {
  const words = commandWords(hook);
  const name = words[0] ?? posix.basename(hook.path);
  if (name === "create-symlinks") {
    const links = values(words, ["link"]).map(parseLink);
    const known = links.filter((link) => link !== undefined);
    return known.length === links.length && links.length > 0
      ? { kind: "links", links: known }
      : { kind: "unknown", name };
  }
  if (name === "update-ldcache") {
    const folders = values(words, ["folder"]).map(absolute);
    const known = folders.filter((folder) => folder !== undefined);
    return known.length === folders.length ? { kind: "libraries", folders: known } : { kind: "unknown", name };
  }
  const why = NEEDLESS.get(name);
  return why === undefined ? { kind: "unknown", name } : { kind: "needless", name, why };
}

// `args` is an argument vector with the program's name first; some files leave that out, since `path` says it.
function commandWords({ path, args }: DeviceHook): readonly string[] {
  const programs = new Set([path, posix.basename(path), "nvidia-ctk", "nvidia-cdi-hook", "hook"]);
  const start = args.findIndex(
    (word) => !programs.has(posix.basename(word)) && !programs.has(word) && !word.startsWith("-"),
  );
  return start < 0 ? [] : args.slice(start);
}

// `--link X`, `--link=X`, `-link X`, and several with commas.
function values(words: readonly string[], names: readonly string[]): string[] {
  const found: string[] = [];
  for (const [index, word] of words.entries()) {
    const match = /^--?([a-z-]+)(?:=(.*))?$/s.exec(word);
    if (!match || !names.includes(match[1] ?? "")) continue;
    const value = match[2] ?? words[index + 1];
    if (value !== undefined) found.push(...value.split(",").filter((part) => part !== ""));
  }
  return found;
}

function parseLink(text: string): DeviceLink | undefined {
  const at = text.indexOf("::");
  const path = at < 1 ? undefined : absolute(text.slice(at + 2));
  const to = text.slice(0, at);
  return path === undefined || to.includes("\0") ? undefined : { path, to };
}

function absolute(text: string): string | undefined {
  const fits = text.startsWith("/") && !text.includes("\0") && !text.split("/").includes("..");
  const path = fits ? posix.normalize(text).replace(/\/$/, "") : "";
  return path === "" ? undefined : path;
}
