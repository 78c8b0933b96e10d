// What an image has to do with MPI: programs and libraries that load a library of MPI, those libraries, and the image's C
// library. Everything in an image is somebody else's; damaged files are passed over and named.

import { type ElfHead, type ElfObject, readElfHead } from "../elf/index.ts";
import { type MpiName, mpiName } from "./families.ts";
import { systemDirectories } from "./machines.ts";
import { type Found, foundAt, type System } from "./system.ts";

/** More are not looked at; a report says so of users. */
const MAX_USERS = 500;
const MAX_LIBRARIES = 500;
/** Programs of an image have one interpreter, or a few. */
const MAX_INTERPRETERS = 100;

/** A program or library that asks for a library of MPI by name. */
export interface MpiUser {
  readonly file: Found;
  readonly head: ElfHead;
  /** Names of libraries of MPI among what it needs. */
  readonly needs: readonly string[];
}

/** A library of MPI in a system. */
export interface MpiLibrary {
  readonly file: Found;
  readonly head: ElfHead;
  readonly name: MpiName;
}

/** The C library by which an image's programs run. */
export type CLibrary =
  | { readonly kind: "glibc"; readonly version: string | undefined }
  | { readonly kind: "musl" }
  | { readonly kind: "none" };

/** What an image was found to hold. */
export interface ImageMpi {
  readonly users: readonly MpiUser[];
  /** There are more users than these. */
  readonly more: boolean;
  readonly libraries: readonly MpiLibrary[];
  readonly clib: CLibrary;
}

/** Looks through all files of an image. */
export async function examineImage(image: System, options: { readonly signal: AbortSignal }): Promise<ImageMpi> {
  const users: MpiUser[] = [];
  let more = false;
  const libraries: MpiLibrary[] = [];
  const interpreters = new Set<string>();
  for await (const entry of image.tree.walk("/")) {
    options.signal.throwIfAborted();
    const { path, stat } = entry;
    if (stat.type !== "file" || !mayBeObject(path, stat.mode)) continue;
    const file = foundAt(path, stat);
    const head = await image.readWith(file, () => entry.open(), readElfHead);
    if (head === undefined) continue;
    if (head.interpreter !== undefined && interpreters.size < MAX_INTERPRETERS) interpreters.add(head.interpreter);
    const name = mpiName(head.soname ?? baseName(path));
    if (name && libraries.length < MAX_LIBRARIES) libraries.push({ file, head, name });
    const needs = head.needed.filter((needed) => mpiName(needed) !== undefined);
    if (needs.length === 0 || name) continue;
    if (users.length < MAX_USERS) users.push({ file, head, needs });
    else more = true;
  }
  const clib = await cLibrary(image, users, interpreters);
  return { users, more, libraries, clib };
}

// Libraries need not be executable, and their names may go on behind ".so".
function mayBeObject(path: string, mode: number): boolean {
  return (mode & 0o111) !== 0 || /\.so(\.[\d.]+)?$/.test(path);
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

async function cLibrary(
  image: System,
  users: readonly MpiUser[],
  interpreters: ReadonlySet<string>,
): Promise<CLibrary> {
  const needed = users.flatMap(({ head }) => head.needed);
  const named = users.flatMap(({ head }) => head.interpreter ?? []);
  const used = new Set(named.length > 0 ? named : interpreters);
  if (needed.some((name) => name.startsWith("libc.musl-")) || [...used].some((path) => path.includes("ld-musl")))
    return { kind: "musl" };
  for (const machine of new Set(users.map(({ head }) => head.machine))) {
    const libc = await glibcOf(image, machine);
    if (libc) return { kind: "glibc", version: newest(libc.defines.map(({ name }) => name)) };
  }
  return { kind: "none" };
}

async function glibcOf(image: System, machine: number): Promise<ElfObject | undefined> {
  for (const directory of systemDirectories(machine)) {
    const file = await image.find(`${directory}/libc.so.6`);
    const libc = file && (await image.object(file));
    if (libc?.machine === machine) return libc;
  }
  return undefined;
}

/** The highest of `GLIBC_2.36` and the like, as `2.36`. */
export function newest(versions: readonly string[]): string | undefined {
  const numbers = versions.flatMap((version) => /^GLIBC_(\d+(?:\.\d+)+)$/.exec(version)?.[1] ?? []);
  return numbers.sort(byNumber).at(-1);
}

function byNumber(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.split(".").map(Number)) as [number[], number[]];
  for (let part = 0; part < Math.max(left.length, right.length); part += 1) {
    const difference = (left[part] ?? 0) - (right[part] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
