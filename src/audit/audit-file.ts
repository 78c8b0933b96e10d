// `auditFile`: the same of an image file (SIF, squashfs) or an unpacked folder, which has one layer only: what upper layers hid
// of lower ones is gone from it, or was never told. What is in a file is kept by the digest of the whole file.

import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { withImageFiles } from "../image/inspect/image-files.ts";
import { inspectImage } from "../image/inspect/inspect.ts";
import { OBJECT } from "../image/metadata/objects.ts";
import { type FileIdentity, type OpenedImage, openImage } from "../image/open.ts";
import { readObject } from "../image/sif/read.ts";
import { type AuditOptions, contents, toolsOf } from "./audit-image.ts";
import { withEntryScript } from "./entry-script.ts";
import { fail } from "./errors.ts";
import { fileConfig } from "./file-config.ts";
import type { AuditTools } from "./known-layers.ts";
import type { LayerRecord } from "./layer-record.ts";
import { findBase } from "./lineage.ts";
import { readTree } from "./read-tree.ts";
import { maskSecrets } from "./secrets/mask-secrets.ts";
import type { AuditedImage, FileEntry } from "./types.ts";
import { MAX_TEXT } from "./wanted-texts.ts";

/** Larger definitions are none. Bytes. */
const MAX_DEFINITION = 1024 * 1024;
const READ_AT_ONCE = 1024 * 1024;

/**
 * Looks through an image file or an unpacked image.
 * @throws E_IMAGE_…, E_SIF_…, E_SQUASHFS_… for what is no image or a damaged one; E_AUDIT_CHANGED
 */
export async function auditFile(path: string, options: AuditOptions = {}, name = path): Promise<AuditedImage> {
  const tools = toolsOf(options);
  const opened = await openImage(path, { objects: [OBJECT.imageConfig, OBJECT.ociConfig] });
  const digest = opened.kind === "sandbox" ? undefined : await digestOfFile(path, tools.signal);
  const known = digest === undefined ? undefined : await tools.cache.find(digest);
  const record = known ?? (await readRecord(path, opened, digest, tools));
  if (options.now !== undefined) await tools.cache.trim(options.now);
  const { config, history } = fileConfig(opened, record, await labelsOf(path));
  const base = findBase(
    { diffIds: config.diffIds ?? [], history: history ?? [], firstIsSystem: false },
    options.bases ?? [],
  );
  const layer = {
    digest: digest ?? "",
    diffId: undefined,
    compressedBytes: opened.kind === "sandbox" ? 0 : opened.partition.size,
    unpackedBytes: record.entries.reduce((sum, { size }) => sum + size, 0),
    base: false,
    createdBy: undefined,
  };
  const { files, catalogue } = contents([record], [layer]);
  return {
    ...{ name, digest, config, history, layers: [layer], catalogue },
    files: await withEntryScript(files, config, (entry) => textOf(path, entry)),
    definition: await definitionOf(path, opened, record),
    // What the layers of a base would hide is no longer to be told apart.
    base: base && { ...base, layers: 0 },
    file: opened.kind === "sandbox" ? "folder" : opened.kind,
  };
}

async function readRecord(
  path: string,
  opened: OpenedImage,
  digest: string | undefined,
  tools: AuditTools,
): Promise<LayerRecord> {
  const record = await withImageFiles(path, {}, async ({ image, tree }) => {
    if (opened.kind !== "sandbox" && !same(image.identity, opened.identity)) throw fail("E_AUDIT_CHANGED", { path });
    return readTree(tree, { limits: tools.limits, signal: tools.signal });
  });
  if (digest === undefined) return record;
  // The digest and the record have to be of the same bytes.
  if (!same((await openImage(path)).identity, opened.identity)) throw fail("E_AUDIT_CHANGED", { path });
  await tools.cache.keep(digest, record);
  return record;
}

// As the texts of records are, without secrets.
async function textOf(path: string, entry: FileEntry): Promise<string> {
  const bytes = await withImageFiles(path, {}, async ({ tree }) => tree.readSmall(entry.path, MAX_TEXT));
  return maskSecrets(bytes.toString("utf8"));
}

function same(one: FileIdentity, other: FileIdentity): boolean {
  return one.dev === other.dev && one.ino === other.ino && one.size === other.size && one.mtimeNs === other.mtimeNs;
}

async function digestOfFile(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  const file = await open(path);
  try {
    for await (const chunk of file.createReadStream({ highWaterMark: READ_AT_ONCE, signal }))
      hash.update(chunk as Buffer);
  } finally {
    await file.close();
  }
  return `sha256:${hash.digest("hex")}`;
}

async function labelsOf(path: string): Promise<Readonly<Record<string, string>>> {
  return (await inspectImage(path)).attributes.labels ?? {};
}

async function definitionOf(path: string, opened: OpenedImage, record: LayerRecord): Promise<string | null> {
  const object = opened.kind === "sif" && opened.sif.descriptors.find(({ type }) => type === "definition");
  if (!object) return record.texts.get(".singularity.d/Singularity") ?? null;
  if (object.size > MAX_DEFINITION) return null;
  const file = await open(path);
  try {
    return (await readObject(file, object, path)).toString("utf8");
  } finally {
    await file.close();
  }
}
