// A small JSON file that the manifest lists, checked against its hash before it is read.

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { reasonOf } from "../../base/errors.ts";
import { fail } from "../errors.ts";
import type { ListedFile } from "./part.ts";

/** More than the largest file that a list is made from, in bytes. */
const MAX_LIST = 128 << 20;

/** The content. @throws E_ADVISORY_DAMAGED */
export async function readListed(path: string, listed: ListedFile): Promise<unknown> {
  if (listed.bytes > MAX_LIST) throw fail("E_ADVISORY_DAMAGED", { path, why: "it is too big for a list" });
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw fail("E_ADVISORY_DAMAGED", { path, why: reasonOf(cause) }, { cause });
  });
  if (sha256(bytes) !== listed.sha256) throw fail("E_ADVISORY_DAMAGED", { path, why: "its content has another hash" });
  try {
    return JSON.parse(bytes.toString("utf8")) as unknown;
  } catch (cause) {
    throw fail("E_ADVISORY_DAMAGED", { path, why: reasonOf(cause) }, { cause });
  }
}

/** SHA-256 in hexadecimal. */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
