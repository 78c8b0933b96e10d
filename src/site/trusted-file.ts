// Reads a configuration that root's work relies on: a file is believed when nobody but root can change it.

import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from "node:fs";
import { defineErrors, reasonOf } from "../base/errors.ts";

const fail = defineErrors({
  E_CONFIG_READ: { text: "cannot read {path}: {why}", hint: "is the site's configuration there?", exit: 1 },
  E_CONFIG_OWNER: {
    text: "{path} may be changed by others than root: {why}",
    hint: "chown root {path} and chmod go-w {path}",
    exit: 1,
  },
  E_CONFIG_SIZE: { text: "{path} is larger than {limit} bytes", hint: "is it the right file?", exit: 1 },
});

const MAX_BYTES = 1 << 20;

/**
 * The text of a file. Unless `trusted` says that the caller chose the file himself, it must belong to root and be writable by
 * nobody else. Read at once and in one piece: it is small, and every start waits for it.
 * @throws E_CONFIG_READ, E_CONFIG_OWNER, E_CONFIG_SIZE
 */
export function readTrusted(path: string, trusted: boolean): string {
  const file = openFile(path);
  try {
    check(fstatSync(file), path, trusted);
    return readFileSync(file, "utf8");
  } finally {
    closeSync(file);
  }
}

// A pipe would keep its reader waiting for ever.
function openFile(path: string): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    throw fail("E_CONFIG_READ", { path, why: reasonOf(cause) }, { cause });
  }
}

// What is checked is the open file, which nobody can exchange in between.
function check(info: Stats, path: string, trusted: boolean): void {
  const { uid, mode, size } = info;
  if (!info.isFile()) throw fail("E_CONFIG_READ", { path, why: "it is no file" });
  if (!trusted && uid !== 0) throw fail("E_CONFIG_OWNER", { path, why: `it belongs to user ${uid}` });
  if (!trusted && (mode & 0o022) !== 0)
    throw fail("E_CONFIG_OWNER", { path, why: `its mode is ${(mode & 0o7777).toString(8)}` });
  if (size > MAX_BYTES) throw fail("E_CONFIG_SIZE", { path, limit: MAX_BYTES });
}
