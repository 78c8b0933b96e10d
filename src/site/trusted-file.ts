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

/** A text, and why it is not to be believed where root relies on it. */
export interface JudgedText {
  readonly text: string;
  readonly doubt: Error | undefined;
}

/**
 * The text of a file. Unless `trusted` says that the caller chose the file himself, it must belong to root and be writable by
 * nobody else. @throws E_CONFIG_READ, E_CONFIG_OWNER, E_CONFIG_SIZE
 */
export function readTrusted(path: string, trusted: boolean): string {
  const { text, doubt } = readJudged(path);
  if (doubt && !trusted) throw doubt;
  return text;
}

/**
 * The text of a file of which it is not known yet what it has to say. Read at once and in one piece: it is small, and every
 * start waits for it. @throws E_CONFIG_READ, E_CONFIG_SIZE
 */
export function readJudged(path: string): JudgedText {
  const file = openFile(path);
  try {
    // What is judged is the open file, which nobody can exchange in between.
    const doubt = doubtOf(fstatSync(file), path);
    return { text: readFileSync(file, "utf8"), doubt };
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

function doubtOf(info: Stats, path: string): Error | undefined {
  const { uid, mode, size } = info;
  if (!info.isFile()) throw fail("E_CONFIG_READ", { path, why: "it is no file" });
  if (size > MAX_BYTES) throw fail("E_CONFIG_SIZE", { path, limit: MAX_BYTES });
  const doubt = (why: string) => fail("E_CONFIG_OWNER", { path, why });
  if (uid !== 0) return doubt(`it belongs to user ${uid}`);
  return (mode & 0o022) === 0 ? undefined : doubt(`its mode is ${(mode & 0o7777).toString(8)}`);
}
