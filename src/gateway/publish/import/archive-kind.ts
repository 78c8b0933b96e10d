// Tells an archive of an image (docker save, OCI layout) from a plain archive of files, by its first members: archives of
// images hold nothing but blobs and a few documents at their root.

import { open } from "node:fs/promises";
import { fileBytes, streamBytes } from "../../../oci/archive/byte-source.ts";
import { filePacking, unpacked } from "../../../oci/archive/packing.ts";
import { tarMembers } from "../../../oci/archive/tar-members.ts";

const DOCUMENT = /^(?:manifest\.json|repositories|index\.json|oci-layout)$/;
const BLOB = /^(?:blobs(?:\/.*)?|[0-9a-f]{64}(?:\.json|\.tar(?:\.gz)?|\/.*)?)$/;

/** True when the tar file at `path`, packed or not, holds an image. @throws E_ARCHIVE_… */
export async function holdsImage(path: string, signal: AbortSignal): Promise<boolean> {
  const packing = await filePacking(path);
  if (packing !== "none") {
    const stream = unpacked(path, packing, signal);
    try {
      return await looksLikeImage(tarMembers(streamBytes(stream), path));
    } finally {
      stream.destroy();
    }
  }
  const file = await open(path, "r");
  try {
    return await looksLikeImage(tarMembers(fileBytes(file, (await file.stat()).size), path));
  } finally {
    await file.close();
  }
}

async function looksLikeImage(members: ReturnType<typeof tarMembers>): Promise<boolean> {
  let documents = 0;
  for await (const { member } of members) {
    if (DOCUMENT.test(member.name)) documents += 1;
    else if (member.name !== "" && member.name !== "." && !BLOB.test(member.name)) return false;
  }
  return documents > 0;
}
