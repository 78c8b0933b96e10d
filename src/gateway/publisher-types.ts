// What publishing offers: files of images on a system, put there and taken away. Part of ./types.ts.

import type { ImageRecord, MadeImage } from "./types.ts";

/** Puts an image's files where a system's nodes find them, and takes them away. Every step can be done twice. */
export interface Publisher {
  /** Image first under partial names, verified by digest after arrival, then `.meta` and `.json`, then renamed. */
  publish(system: string, image: MadeImage, acl: PublishedAcl, signal: AbortSignal): Promise<void>;
  /** Rewrites `.meta` and `.json` only. */
  republish(system: string, image: ImageRecord, acl: PublishedAcl, signal: AbortSignal): Promise<void>;
  /** True when image and `.meta` are there. */
  exists(system: string, id: string, format: string, signal: AbortSignal): Promise<boolean>;
  remove(system: string, id: string, format: string, signal: AbortSignal): Promise<void>;
  /** Every file of the folder that looks like berth's, finished or partial, with its age in seconds. */
  files(system: string, signal: AbortSignal): Promise<readonly PublishedFile[]>;
  /** Removes files that `files` names, in this order. */
  removeFiles(system: string, names: readonly string[], signal: AbortSignal): Promise<void>;
}

export interface PublishedAcl {
  readonly private: boolean;
  readonly users: readonly number[];
  readonly groups: readonly number[];
}

export interface PublishedFile {
  readonly name: string;
  readonly bytes: number;
  readonly age: number;
}
