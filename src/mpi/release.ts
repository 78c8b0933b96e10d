// Which release of which MPI a library is, by the constants from which it answers MPI_Get_library_version. Nothing is run.

import { type DynamicSymbol, readTextAt, readWhatIsThere } from "../elf/index.ts";
import type { RandomFile } from "../image/squashfs-reader/index.ts";
import type { Family } from "./families.ts";
import type { Found, System } from "./system.ts";

/** Data symbols that hold a number. */
const NUMBER_SYMBOLS = ["MPII_Version_string", "MPIR_Version_string", "MPIU_Version_string", "ompi_version_string"];

/** Words that vendors' libraries hold, the most particular first. Part of a match in brackets is the release's number. */
const MARKS: readonly { readonly vendor: string; readonly mark: RegExp }[] = [
  { vendor: "Cray MPICH", mark: /CRAY MPICH version ([\d.]+)/ },
  { vendor: "Intel MPI", mark: /Intel\(R\) MPI Library ([\d.]+)/ },
  { vendor: "MVAPICH", mark: /MVAPICH2? Version *:?[\s\0]*([\d.]*)/ },
  { vendor: "ParaStation MPI", mark: /ParaStation MPI ([\d.]*)/ },
];

const DEFAULT_VENDOR: Readonly<Record<Family, string>> = {
  mpich: "MPICH",
  openmpi: "Open MPI",
  standard: "MPI with the standard ABI",
};

const PIECE_BYTES = 1024 * 1024;
/** No mark is longer. */
const OVERLAP = 256;
const MAX_BYTES = 512 * 1024 * 1024;

/** Who made it, and its number when the library tells. */
export interface Release {
  readonly vendor: string;
  readonly number: string | undefined;
}

/** Reads what a core library says of itself. */
export async function readRelease(
  system: System,
  found: Found,
  exports: readonly DynamicSymbol[],
  family: Family,
): Promise<Release> {
  const file = await system.tree.openFile(found.path);
  try {
    const number = await numberOf(file, found, exports);
    const marked = family === "mpich" ? await searchMarks(file, found.size) : undefined;
    return { vendor: marked?.vendor ?? DEFAULT_VENDOR[family], number: marked?.number || number };
  } finally {
    await file.close();
  }
}

/** `MPICH 4.0.2`. */
export function releaseName({ vendor, number }: Release): string {
  return number === undefined ? vendor : `${vendor} ${number}`;
}

async function numberOf(
  file: RandomFile,
  { path }: Found,
  exports: readonly DynamicSymbol[],
): Promise<string | undefined> {
  for (const { name, value } of exports) {
    if (!NUMBER_SYMBOLS.includes(name)) continue;
    const text = await readTextAt(file, path, value);
    if (text !== undefined && /^[\w.+~-]{1,64}$/.test(text)) return text;
  }
  return undefined;
}

async function searchMarks(file: RandomFile, size: number): Promise<Release | undefined> {
  for (let at = 0; at < Math.min(size, MAX_BYTES); at += PIECE_BYTES - OVERLAP) {
    const text = (await readWhatIsThere(file, at, PIECE_BYTES)).toString("latin1");
    for (const { vendor, mark } of MARKS) {
      const match = mark.exec(text);
      if (match) return { vendor, number: match[1] };
    }
  }
  return undefined;
}
