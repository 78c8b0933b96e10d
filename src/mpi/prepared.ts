// The list that lies in a folder made by `berth node prepare-mpi`: what is in it, where it came from, and how the loader is told
// of it. Checked when it is read, for anybody may have written it.

import { basename } from "node:path";
import { reasonOf } from "../base/errors.ts";
import { fail } from "./errors.ts";

/** Name of the list in the folder. */
export const LIST_NAME = "berth-mpi.json";

const FORMAT = 1;
const MAX_FILES = 10_000;

/** A file of the folder. */
export interface PreparedFile {
  readonly path: string;
  /** Where it was copied from, and the digest it had there. */
  readonly from: string;
  readonly source: string;
  /** Digest of the file in the folder: another one when its run path was written. */
  readonly sha256: string;
}

/** What a folder holds. */
export interface PreparedList {
  readonly format: typeof FORMAT;
  /** `MPICH 4.0.2`. */
  readonly release: string;
  readonly family: string;
  /** Number of the interface: 12. */
  readonly interface: string;
  /** Folders for LD_LIBRARY_PATH: `lib`, and `deps` when its run path could not be written into every library. */
  readonly search: readonly string[];
  readonly files: readonly PreparedFile[];
  readonly links: readonly { readonly path: string; readonly target: string }[];
  /** `NAME=VALUE` that its module sets. */
  readonly variables: readonly string[];
  /** Left to the GPU's driver. */
  readonly driver: readonly string[];
}

/** The text of a list. */
export function listText(list: PreparedList): string {
  return `${JSON.stringify(list, null, 2)}\n`;
}

/** @throws E_MPI_PREPARED */
export function parseList(text: string, path: string): PreparedList {
  const wrong = (reason: string) => fail("E_MPI_PREPARED", { path, reason });
  const value = parseJson(text, wrong);
  if (!isRecord(value) || value["format"] !== FORMAT) throw wrong(`it is not of format ${FORMAT}`);
  const { release, family, interface: number, search, variables, files, links, driver } = value;
  if (!isText(release) || !isText(family) || !isText(number)) throw wrong("it does not say what it is of");
  if (!isTexts(search) || search.some((part) => !["lib", "deps"].includes(part))) throw wrong("its search is odd");
  if (!isTexts(driver)) throw wrong("its list of the driver's libraries is odd");
  if (!isTexts(variables) || variables.some((one) => !/^\w+=[\w.^,-]*$/.test(one)))
    throw wrong("its variables are odd");
  if (!Array.isArray(files) || !Array.isArray(links) || files.length + links.length > MAX_FILES)
    throw wrong("it lists no files");
  if (!files.every(isPreparedFile)) throw wrong("one of its files is odd");
  if (!links.every(isLink)) throw wrong("one of its links is odd");
  return { format: FORMAT, release, family, interface: number, search, variables, files, links, driver };
}

function parseJson(text: string, wrong: (reason: string) => Error): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw wrong(reasonOf(error));
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isText);
}

function isPreparedFile(value: unknown): value is PreparedFile {
  if (!isRecord(value)) return false;
  return isInside(value["path"]) && isText(value["from"]) && isText(value["source"]) && isText(value["sha256"]);
}

function isLink(value: unknown): value is PreparedList["links"][number] {
  return (
    isRecord(value) &&
    isInside(value["path"]) &&
    isText(value["target"]) &&
    basename(value["target"]) === value["target"]
  );
}

function isInside(path: unknown): path is string {
  return isText(path) && /^(lib|deps)(\/[^/]+)+$/.test(path) && !path.split("/").includes("..");
}
