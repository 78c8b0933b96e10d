// Programs that say what they were built from. Shared libraries are passed by: they are the bulk of an image, and next to
// none of them is of Go or Rust with a list of its own.

import type { Cataloguer, Found } from "../cataloguer.ts";
import { goPackages } from "./go.ts";
import { readGoBuildInfo } from "./go-build-info.ts";
import { rustPackages } from "./rust.ts";
import { elfOf } from "./sections.ts";

const MAX_BYTES = 256 * 1024 * 1024;
/** The smallest program of Go has a megabyte, one of Rust a few hundred kilobytes. */
const MIN_BYTES = 16 * 1024;
const LIBRARY = /\.(?:so(?:\.[0-9.]+)?|o|ko|debug)$/;
const MAGIC = Buffer.from("\x7fELF", "latin1");

export const executable: Cataloguer = {
  name: "executable",
  wants: (path, { mode, size }) =>
    (mode & 0o111) !== 0 && size >= MIN_BYTES && !LIBRARY.test(path)
      ? { maxBytes: MAX_BYTES, magic: MAGIC }
      : undefined,
  read(_path, bytes): Found {
    const elf = elfOf(bytes);
    if (!elf) return {};
    const go = readGoBuildInfo(elf);
    const packages = [...(go ? goPackages(go) : []), ...(rustPackages(elf) ?? [])];
    if (go || !elf.section(".gopclntab")) return { packages };
    return { packages, gaps: ["it is a program of Go, and what it was built from has been taken out of it"] };
  },
};
