// Dossiers as files: JSON packed with zstd and its checksum, one per digest, so that an image is opened once however often rules and
// advisories change. A file appears complete under its name; a damaged one is no dossier, and the image is read again.

import { mkdir, open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { constants, zstdCompress, zstdDecompress } from "node:zlib";
import { errnoOf, reasonOf } from "../base/errors.ts";
import { publishFile } from "../base/publish.ts";
import { asObject } from "../oci/json.ts";
import { canonicalText, readCanonical } from "./canonical.ts";
import { fail } from "./errors.ts";
import type { Dossier } from "./types.ts";

/** Of the form; another one is not read. */
const VERSION = 1;
/** Bytes of a packed and of an unpacked dossier. */
const MAX_PACKED = 128 * 1024 * 1024;
const MAX_UNPACKED = 600 * 1024 * 1024;

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);
const PACKING = { params: { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_checksumFlag]: 1 } };

/** Where the dossier of a digest lies below `folder`; undefined for what is no digest. */
export function dossierPath(folder: string, digest: string): string | undefined {
  const [, algorithm, hex] = /^(sha256|sha512):([0-9a-f]{64,128})$/.exec(digest) ?? [];
  return algorithm && hex ? join(folder, algorithm, `${hex}.zst`) : undefined;
}

/** Keeps a dossier; one without digest is not kept. @throws E_VERDICT_WRITE */
export async function keepDossier(folder: string, dossier: Dossier): Promise<void> {
  const path = dossierPath(folder, dossier.image.digest ?? "");
  if (path === undefined) return;
  try {
    await mkdir(join(path, ".."), { recursive: true, mode: 0o700 });
    const bytes = await compress(Buffer.from(canonicalText({ version: VERSION, dossier })), PACKING);
    await publishFile(path, 0o600, async (file) => file.writeFile(bytes));
  } catch (cause) {
    throw fail("E_VERDICT_WRITE", { name: dossier.image.name, why: reasonOf(cause) }, { cause });
  }
}

/** The dossier of a digest; undefined when there is none that can be read. @throws E_DOSSIER when the folder fails */
export async function findDossier(folder: string, digest: string): Promise<Dossier | undefined> {
  const path = dossierPath(folder, digest);
  if (path === undefined) return undefined;
  const bytes = await readBounded(path).catch((cause: unknown) => {
    if (errnoOf(cause) === "ENOENT") return undefined;
    throw fail("E_DOSSIER", { digest, why: reasonOf(cause) }, { cause });
  });
  const unpacked = bytes && (await decompress(bytes, { maxOutputLength: MAX_UNPACKED }).catch(() => undefined));
  return unpacked && dossierOf(unpacked, digest);
}

// Written by this version over a checksum, in a folder of the server's own: what is in it has the form that was written.
function dossierOf(bytes: Buffer, digest: string): Dossier | undefined {
  const document = asObject(readCanonical(bytes.toString("utf8")));
  if (document?.["version"] !== VERSION) return undefined;
  const { dossier } = document as { readonly dossier?: Dossier };
  return dossier?.image.digest === digest ? dossier : undefined;
}

async function readBounded(path: string): Promise<Buffer | undefined> {
  const file = await open(path);
  try {
    return (await file.stat()).size <= MAX_PACKED ? await file.readFile() : undefined;
  } finally {
    await file.close();
  }
}

/** Digests that there are dossiers of. */
export async function keptDossiers(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const algorithm of ["sha256", "sha512"])
    for (const name of await readdir(join(folder, algorithm)).catch(() => []))
      if (/^[0-9a-f]{64,128}\.zst$/.test(name)) found.push(`${algorithm}:${name.slice(0, -4)}`);
  return found;
}

/** Forgets a dossier. */
export async function dropDossier(folder: string, digest: string): Promise<void> {
  const path = dossierPath(folder, digest);
  if (path !== undefined) await rm(path, { force: true });
}
