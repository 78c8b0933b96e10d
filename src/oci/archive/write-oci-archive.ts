// Writes an OCI archive: a layout of one image in a tar file.

import { dirname } from "node:path";
import { publishFile } from "../../base/publish.ts";
import type { BlobSource, OciImage } from "../types.ts";
import { archiveFailure } from "./errors.ts";
import { imageMembers } from "./image-members.ts";
import { LAYOUT_VERSION, withImage } from "./layout-index.ts";
import { TarOutput } from "./tar-output.ts";

/** Where an archive goes, and how the image is called in it. */
export interface ArchivePlace {
  readonly path: string;
  readonly tag?: string | undefined;
  /** Permission bits of the file. */
  readonly mode: number;
  readonly signal?: AbortSignal | undefined;
}

/** Publishes the archive, replacing a file of that name. @throws E_ARCHIVE_WRITE, and what `blobs` does */
export async function writeOciArchive(image: OciImage, blobs: BlobSource, place: ArchivePlace): Promise<void> {
  const { path, tag, mode, signal } = place;
  try {
    await publishFile(path, mode, async (file) => {
      const tar = new TarOutput(file);
      await tar.add("oci-layout", Buffer.from(LAYOUT_VERSION));
      await tar.add("index.json", withImage(undefined, image, tag, path));
      const members = imageMembers(image, blobs);
      for (const name of ["blobs", ...new Set(members.map((member) => dirname(member.name)))]) await tar.folder(name);
      for (const member of members) {
        signal?.throwIfAborted();
        await tar.add(member.name, await member.open(signal));
      }
      await tar.end();
    });
  } catch (error) {
    throw archiveFailure(error, path);
  }
}
