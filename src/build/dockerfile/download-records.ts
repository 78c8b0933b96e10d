// What is remembered of downloads: which content a URL led to, and the server's mark of its version.

import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Digest, digestOf, digestParts, parseDigest } from "../../base/digest.ts";
import { publishFile } from "../../base/publish.ts";
import { asString, jsonObject } from "../../oci/json.ts";

/** What a URL led to the last time. */
export interface Known {
  readonly digest: Digest;
  readonly etag: string | undefined;
  readonly modified: string | undefined;
  /** When it was fetched: milliseconds since 1970. */
  readonly fetched: number;
}

function recordPath(folder: string, url: URL): string {
  // The URL may hold a login or a token: only its digest is written down.
  return join(folder, "url", `${digestParts(digestOf(url.href)).hex}.json`);
}

/** What is known of a URL; undefined: nothing, or nothing readable. */
export async function recall(url: URL, folder: string): Promise<Known | undefined> {
  try {
    const record = jsonObject(await readFile(recordPath(folder, url)));
    const digest = parseDigest(asString(record?.["digest"]) ?? "");
    const fetched = Number(record?.["fetched"]) || 0;
    return { digest, etag: asString(record?.["etag"]), modified: asString(record?.["modified"]), fetched };
  } catch {
    return undefined;
  }
}

/** Remembers a download. */
export async function remember(url: URL, known: Known, folder: string): Promise<void> {
  const path = recordPath(folder, url);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await publishFile(path, 0o600, (file) => file.writeFile(JSON.stringify(known)));
}
