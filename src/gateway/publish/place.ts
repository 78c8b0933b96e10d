// What publishing needs of the folder where a system's nodes look for images, on this machine or another.

import type { Digest } from "../../base/digest.ts";
import type { PublishedFile } from "../types.ts";

/** A finished file on this machine that is to be published. */
export interface Cargo {
  readonly path: string;
  readonly bytes: number;
  readonly digest: Digest;
}

/** A file that has arrived whole under a name that nobody looks for. */
export interface Arrived {
  /** Gives it its name, in one step. */
  show(): Promise<void>;
  /** Removes it; does not fail. */
  abandon(): Promise<void>;
}

/** The folder of a system. Everything can be done twice; files are the owner's alone (0600). */
export interface Place {
  /** The folder, for sentences. */
  readonly shown: string;
  /** Brings the file and holds what has arrived against its digest. After a failure nothing is left. */
  bring(cargo: Cargo, name: string, signal: AbortSignal): Promise<Arrived>;
  /** Writes a small file that appears whole. */
  write(name: string, text: string, signal: AbortSignal): Promise<void>;
  /** A small file's text; undefined when there is none. */
  read(name: string, signal: AbortSignal): Promise<string | undefined>;
  /** True when all of them are there. */
  has(names: readonly string[], signal: AbortSignal): Promise<boolean>;
  /** In this order; what is not there is no failure. */
  remove(names: readonly string[], signal: AbortSignal): Promise<void>;
  /** All regular files. */
  list(signal: AbortSignal): Promise<readonly PublishedFile[]>;
}
