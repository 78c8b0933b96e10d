// Whether a descriptor is a terminal, asked without what asking usually loads: `node:tty` brings the sockets and streams
// with it, 4 ms of every start.

import { fstatSync } from "node:fs";

/** Major numbers of Linux for which the answer is sure: pseudo-terminals, and memory devices such as /dev/null (Documentation/admin-guide/devices.txt). */
const PSEUDO_TERMINAL = { first: 136, last: 143 };
const MEMORY_DEVICES = 1;

/** True when the descriptor is open and a terminal. */
export function isTerminal(fd: number): boolean {
  try {
    const info = fstatSync(fd);
    if (!info.isCharacterDevice()) return false;
    const major = (info.rdev >>> 8) & 0xfff;
    if (major === MEMORY_DEVICES) return false;
    if (major >= PSEUDO_TERMINAL.first && major <= PSEUDO_TERMINAL.last) return true;
  } catch {
    return false;
  }
  return process.getBuiltinModule("node:tty").isatty(fd);
}
