// Devices fitted to the image of a launch: the image is looked into when it must be, and the linker's cache is kept in the run-time
// folder under its content, so that the next launch finds it.

import { existsSync, renameSync, writeFileSync } from "node:fs";
import { digestOf, digestParts } from "../base/digest.ts";
import type { DeviceEdits } from "./cdi-edits.ts";
import { type SettledDevices, settleDevices } from "./device-libraries.ts";
import { withImageFiles } from "./image-files.ts";
import type { RootView } from "./plan.ts";
import { ensureSubdir } from "./runtime-dir.ts";

/** Where the devices go. */
export interface DeviceTarget {
  readonly view: Pick<RootView, "root">;
  /** The root takes no changes, and nothing is laid over it. */
  readonly fixedRoot: boolean;
  /** `NAME=VALUE` lines of the image. */
  readonly imageEnv: readonly string[];
  /** The run-time folder. */
  readonly runtime: string;
}

/** Settles the edits for this image. @throws E_RUNTIME_DIR, and what a damaged image makes */
export async function fitDevices(edits: DeviceEdits, target: DeviceTarget): Promise<SettledDevices> {
  if (edits.links.length === 0 && edits.libraryFolders.length === 0) return { mounts: edits.mounts, env: edits.env };
  const { fixedRoot, imageEnv, runtime } = target;
  const keep = (cache: Buffer) => keepFile(cache, runtime);
  return withImageFiles(target.view, (files) => settleDevices(edits, { files, fixedRoot, imageEnv, keep }));
}

function keepFile(bytes: Buffer, runtime: string): string {
  const path = `${ensureSubdir(runtime, "linker")}/${digestParts(digestOf(bytes)).hex}`;
  if (existsSync(path)) return path;
  const partial = `${path}.${process.pid}`;
  writeFileSync(partial, bytes, { mode: 0o644 });
  renameSync(partial, path);
  return path;
}
