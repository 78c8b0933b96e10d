// The record of a finished step: what it led to, so that it need not be done again. It is written last and read without
// trust: what is damaged or incomplete counts as missing.

import { readFile, stat, utimes } from "node:fs/promises";
import { basename, join } from "node:path";
import { type Digest, type Expected, parseDigest } from "../../base/digest.ts";
import { publishFile } from "../../base/publish.ts";
import type { StateLayer } from "../types.ts";
import { type BuildPlaces, recordPath } from "./places.ts";

/** Media type of the engine's layers (image-spec layer.md). */
const PLAIN_LAYER = "application/vnd.oci.image.layer.v1.tar";

/** What is kept of a step. */
export interface StepRecord {
  /** What the step was, for people. */
  readonly title: string;
  /** Undefined when the step changed no file. */
  readonly layer: StateLayer | undefined;
}

/** Looks a finished step up, and notes that it was used unless told otherwise. */
export async function readRecord(
  places: BuildPlaces,
  key: Digest,
  { use = true }: { readonly use?: boolean } = {},
): Promise<StepRecord | undefined> {
  try {
    const path = recordPath(places, key);
    const record = parseRecord(JSON.parse(await readFile(path, "utf8")), places);
    if (record.layer && !(await stat(record.layer.folder)).isDirectory()) return undefined;
    // The order of use is what cleaning goes by.
    if (use) await utimes(path, new Date(), new Date()).catch(() => undefined);
    return record;
  } catch {
    return undefined;
  }
}

/** Notes a finished step, in the place of an earlier one of that key. */
export async function writeRecord(places: BuildPlaces, key: Digest, record: StepRecord): Promise<void> {
  const { title, layer } = record;
  const text = JSON.stringify({
    title,
    ...(layer
      ? {
          layer: {
            folder: basename(layer.folder),
            digest: layer.descriptor.digest,
            size: layer.descriptor.size,
            made: layer.made,
          },
        }
      : {}),
  });
  await publishFile(recordPath(places, key), 0o600, (file) => file.writeFile(text));
}

function parseRecord(value: unknown, places: BuildPlaces): StepRecord {
  const { title, layer } = value as Record<string, unknown>;
  if (typeof title !== "string") throw new Error("title");
  if (layer === undefined) return { title, layer: undefined };
  const { folder, digest, size, made } = layer as Record<string, unknown>;
  if (typeof folder !== "string" || !/^[0-9a-f]{16}$/.test(folder)) throw new Error("folder");
  if (typeof size !== "number" || !Number.isSafeInteger(size)) throw new Error("size");
  if (typeof made !== "number") throw new Error("made");
  return { title, layer: stateLayer(places, folder, { digest: parseDigest(String(digest)), size }, made) };
}

/** A layer by its folder's name and its blob. */
export function stateLayer(places: BuildPlaces, name: string, blob: Expected, made: number): StateLayer {
  return { descriptor: { mediaType: PLAIN_LAYER, ...blob }, folder: join(places.layers, name), made };
}
