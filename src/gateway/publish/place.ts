// What publishing needs of the folder where a system's nodes look for images, on this machine or another.

import type { Digest } from "../../base/digest.ts";
import type { PublishedFile } from "../types.ts";

/** A finished file on this machine that is to be published. */
export interface Cargo {
  readonly path: string;
  readonly bytes: number;
  readonly digest: Digest;
}

/** A small file. */
export interface Note {
  readonly name: string;
  readonly text: string;
}

/** A file that has arrived under a name that nobody looks for. */
export interface Arrived {
  /** Puts `before` there, gives the file its name, and puts `after` there; each appears whole. */
  show(before: Note, after: Note): Promise<void>;
  /** Removes it; does not fail. */
  abandon(): Promise<void>;
}

/** Who may read files: the gateway's own account alone, or everybody on the system. */
export type FileMode = 0o600 | 0o644;

/** The folder of a system. Everything can be done twice. */
export interface Place {
  /** The folder, for sentences. */
  readonly shown: string;
  /** Brings the file; what has arrived is held against its digest before it is shown. After a failure nothing is left. */
  bring(cargo: Cargo, name: string, mode: FileMode, signal: AbortSignal): Promise<Arrived>;
  /**
   * Replaces the notes beside the file `name`, in this order; false when that file is not there. Its own mode stays when
   * none is given: it may belong to another account.
   */
  rewrite(
    name: string,
    notes: readonly [Note, Note],
    mode: FileMode | undefined,
    signal: AbortSignal,
  ): Promise<boolean>;
  /** A small file's text; undefined when there is none. */
  read(name: string, signal: AbortSignal): Promise<string | undefined>;
  /** True when all of them are there. */
  has(names: readonly string[], signal: AbortSignal): Promise<boolean>;
  /** In this order; what is not there is no failure. */
  remove(names: readonly string[], signal: AbortSignal): Promise<void>;
  /** All regular files. */
  list(signal: AbortSignal): Promise<readonly PublishedFile[]>;
}
