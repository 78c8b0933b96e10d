// The file by which a container of a stack says who it is when it reports its use: bound in as secrets and configs are, but
// of each container its own, for each reports for itself. Its text comes from whoever knows what a token is.

import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { ServiceSpec } from "../../recipe/stack/types.ts";
import type { EngineMount } from "../engine/types.ts";
import { type FileFolders, placeFile } from "./placed-files.ts";

/** What the files say, and where containers see them. */
export interface CheckInFiles {
  readonly target: string;
  readonly mode: number;
  /** The text for a container, by its name on the engine. */
  text(stack: string, container: string): Buffer;
}

/** True for a service whose containers say themselves how much they are used. */
export function checksIn({ kind, idle }: ServiceSpec): boolean {
  return kind !== "job" && idle !== undefined && idle.signals.includes("check-in");
}

/** A container and whose it is. */
export interface CheckInOf {
  readonly stack: string;
  readonly service: ServiceSpec;
  readonly container: string;
}

/** The file as a bind; nothing where it is not needed. Pure: it need not be there yet. */
export function checkInMounts(
  folders: FileFolders,
  files: CheckInFiles | undefined,
  { stack, service, container }: CheckInOf,
): readonly EngineMount[] {
  if (!files || !checksIn(service)) return [];
  return [{ kind: "bind", source: pathOf(folders, stack, container), target: files.target, readOnly: true }];
}

/** Writes the file as it is to be now. */
export async function placeCheckIn(
  folders: FileFolders,
  files: CheckInFiles | undefined,
  { stack, service, container }: CheckInOf,
): Promise<void> {
  if (!files || !checksIn(service)) return;
  const { target, mode } = files;
  const file = { path: target, content: files.text(stack, container), uid: 0, gid: 0, mode };
  await placeFile(pathOf(folders, stack, container), file);
}

/** Of a container that is gone. */
export async function removeCheckIn(folders: FileFolders, stack: string, container: string): Promise<void> {
  await rm(pathOf(folders, stack, container), { force: true });
}

// On disk: an engine that starts the container by itself after the machine was started finds it.
function pathOf({ configs }: FileFolders, stack: string, container: string): string {
  return join(configs, stack, `check-in.${container}`);
}
