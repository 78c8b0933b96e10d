// A mended text put in the place of the file: whole or not at all, with the file's mode, and only when the file is still the one that was
// read.

import { chown, readFile, realpath, stat } from "node:fs/promises";
import { reasonOf } from "../../base/errors.ts";
import { publishFile } from "../../base/publish.ts";
import type { SourceText } from "../../base/source.ts";
import { fail } from "../errors.ts";

/** Replaces a file's text. @throws E_LINT_WRITE */
export async function replaceFile(before: SourceText, text: string): Promise<void> {
  const { name } = before;
  try {
    // A link stays a link.
    const path = await realpath(name);
    const bytes = await readFile(path);
    if (bytes.toString("utf8") !== before.text) throw new Error("it was changed while it was checked");
    if (!Buffer.from(before.text, "utf8").equals(bytes)) throw new Error("it is not UTF-8");
    const { mode, uid, gid } = await stat(path);
    await publishFile(path, mode & 0o7777, async (file, partial) => {
      await file.writeFile(text);
      await file.chmod(mode & 0o7777);
      const own = await file.stat();
      // Who mends as root must not take the file from its owner.
      if (own.uid !== uid || own.gid !== gid) await chown(partial, uid, gid).catch(() => undefined);
    });
  } catch (cause) {
    throw fail("E_LINT_WRITE", { path: name, why: reasonOf(cause) }, { cause });
  }
}
