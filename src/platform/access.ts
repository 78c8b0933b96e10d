// What the caller may do with a file, and what it says, as plain answers: asked before something is tried, or where the
// answer "no" is as good as "not there". Who needs the reason tries it and takes the error.

import { accessSync, closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";

/** True when the file may be executed. */
export function canRun(path: string): boolean {
  return allows(path, constants.X_OK);
}

/** True when it may be read. */
export function canRead(path: string): boolean {
  return allows(path, constants.R_OK);
}

/** True when it may be written to. */
export function canWrite(path: string): boolean {
  return allows(path, constants.W_OK);
}

/** True when it may be read and written, as a device is. */
export function canUse(path: string): boolean {
  return allows(path, constants.R_OK | constants.W_OK);
}

/** The text of a small file; empty when it cannot be read. */
export function readIfAny(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** The text of a regular file of at most so many bytes, a link not followed; undefined for anything else. Never waits, as for a FIFO. */
export function readRegular(path: string, maxBytes: number): string | undefined {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
  try {
    const info = fstatSync(fd);
    return info.isFile() && info.size <= maxBytes ? readFileSync(fd, "utf8") : undefined;
  } finally {
    closeSync(fd);
  }
}

function allows(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
