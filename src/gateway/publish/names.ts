// The names of an image's files in the folder of a system (spec/shifter.md 3.2), finished and on their way.

import { randomInt } from "node:crypto";
import { fail } from "./errors.ts";

/** The files of an image; that of its verdict is there where images are judged. */
export interface FileNames {
  readonly image: string;
  readonly meta: string;
  readonly json: string;
  readonly verdict: string;
}

/** Checks what it makes names of: ids come from records, and a slash in one would leave the folder. @throws E_PUBLISH_NAME */
export function fileNames(id: string, format: string): FileNames {
  if (!/^[0-9a-f]{32,128}$/.test(id) || !/^[a-z0-9]{1,16}$/.test(format)) throw fail("E_PUBLISH_NAME", { id, format });
  return { image: `${id}.${format}`, meta: `${id}.meta`, json: `${id}.json`, verdict: `${id}.verdict` };
}

const OURS = /^([0-9a-f]{32,128})\.([a-z0-9]{1,16})(\.partial\.[A-Za-z0-9]{6,12})?$/;

/** A file of a system's folder, taken apart. */
export interface NamedFile {
  readonly id: string;
  /** `squashfs`, `meta`, `json`, … */
  readonly ending: string;
  readonly partial: boolean;
}

/** What a name in the folder stands for; undefined for what is none of an image's files. */
export function parseName(name: string): NamedFile | undefined {
  const [, id, ending, partial] = OURS.exec(name) ?? [];
  return id && ending ? { id, ending, partial: partial !== undefined } : undefined;
}

const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/** A name for `name` on its way, in the form of `mktemp`, which sites' own clean-up scripts know. */
export function partialOf(name: string): string {
  const tail = Array.from({ length: 8 }, () => LETTERS[randomInt(LETTERS.length)]).join("");
  return `${name}.partial.${tail}`;
}
