// The keys that sign passes of people who signed in (see src/proxy/sign-on): made once, kept in a file of the server's own.

import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { errnoOf } from "../../base/errors.ts";

const KEY_BYTES = 32;

/** Base64 keys, one a line; the first signs, so that a new one is put before the old. */
export async function openPassKeys(path: string): Promise<readonly string[]> {
  // `wx`: of two servers that make it at the same time one wins, and both read his.
  await writeFile(path, `${randomBytes(KEY_BYTES).toString("base64")}\n`, { flag: "wx", mode: 0o600 }).catch(
    (error) => {
      if (errnoOf(error) !== "EEXIST") throw error;
    },
  );
  const lines = (await readFile(path, "utf8")).split("\n").map((line) => line.trim());
  return lines.filter((line) => Buffer.from(line, "base64").length >= KEY_BYTES);
}
