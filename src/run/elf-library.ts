// What the dynamic linker's cache has to know of a shared library: its soname, and for which machines it is. The file is not trusted.

import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { type ElfHead, readElfHead } from "../elf/index.ts";

/** A shared library. */
export interface ElfLibrary {
  /** DT_SONAME; undefined when the library has none that could be a file's name. */
  readonly soname: string | undefined;
  /** The kind of library in the words of glibc's cache (sysdeps/generic/ldconfig.h). */
  readonly cacheFlags: number;
}

const SHARED = 3;

/** `machine bits` → the flags of glibc's cache; 3 is FLAG_ELF_LIBC6. */
const CACHE_FLAGS: Readonly<Record<string, number>> = {
  "62 64": 0x303,
  "62 32": 0x803,
  "3 32": 0x003,
  "183 64": 0xa03,
  "21 64": 0x503,
  "22 64": 0x403,
  "243 64": 0x1003,
  "258 64": 0x1203,
  "40 32": 0x903,
};

/** The library in a file of the host; undefined for what is none, is damaged, cannot be read, or is for a machine berth does not know. */
export async function elfLibraryAt(path: string): Promise<ElfLibrary | undefined> {
  try {
    const fd = openSync(path, "r");
    try {
      return libraryOf(await readElfHead(fileOf(fd), path));
    } finally {
      closeSync(fd);
    }
  } catch {
    // What cannot be read on the host cannot be used in the container either.
    return undefined;
  }
}

// At once: a launch that asks for a hundred libraries must not wait a thousand times for a thread.
function fileOf(fd: number) {
  return {
    read: async (buffer: Buffer, offset: number, length: number, position: number) => ({
      bytesRead: readSync(fd, buffer, offset, length, position),
    }),
    stat: async () => fstatSync(fd),
    close: async () => {},
  };
}

function libraryOf(head: ElfHead | undefined): ElfLibrary | undefined {
  const cacheFlags = CACHE_FLAGS[`${head?.machine} ${head?.bits}`];
  if (head?.type !== SHARED || cacheFlags === undefined) return undefined;
  const { soname } = head;
  const isName = soname !== undefined && /^[\x21-\x7e]{1,255}$/.test(soname) && !soname.includes("/");
  return { soname: isName ? soname : undefined, cacheFlags };
}
