// Files that commands write for their callers: whole or not at all, and a failure in words. Shared by all that check.

import { resolve } from "node:path";
import { defineErrors, errnoOf, reasonOf } from "../base/errors.ts";
import { publishFile } from "../base/publish.ts";

const fail = defineErrors({
  E_REPORT_WRITE: {
    text: "cannot write {path}: {why}",
    hint: "check the folder, its permissions and its free space",
    exit: 2,
  },
});

// The system's own sentence would name the file that becomes the report.
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "its folder does not exist",
  ENOTDIR: "what should be its folder is a file",
  EISDIR: "it is a folder",
  EACCES: "you may not write there",
  EROFS: "nothing can be written there",
  ENOSPC: "no space is left",
  EDQUOT: "your quota is used up",
};

/** Writes a text where the caller wants it, with the caller's usual mode. @throws E_REPORT_WRITE */
export async function writeReportFile(path: string, text: string): Promise<void> {
  try {
    await publishFile(resolve(path), 0o666 & ~process.umask(), async (file) => file.writeFile(text));
  } catch (cause) {
    throw cannotWrite(path, cause);
  }
}

/** The failure to write a file that the caller named, in words. */
export function cannotWrite(path: string, cause: unknown): Error {
  const known = REASONS[errnoOf(cause) ?? ""];
  return fail("E_REPORT_WRITE", { path, why: known ?? reasonOf(cause) }, known === undefined ? { cause } : {});
}
