// rpm's database in each of its three forms, wherever distributions put it.

import { reasonOf } from "../../../base/errors.ts";
import type { Cataloguer, Found, FoundPackage, OwnedPaths } from "../cataloguer.ts";
import { berkeleyBlobs } from "./berkeley.ts";
import { readRpmHeader } from "./header.ts";
import { ndbBlobs } from "./ndb.ts";
import { sqliteBlobs } from "./sqlite.ts";

const MAX_BYTES = 256 * 1024 * 1024;
const PLACE = /^(?:var\/lib\/rpm|usr\/lib\/sysimage\/rpm|usr\/share\/rpm)\/([^/]+)$/;
const FORMS: Readonly<Record<string, (bytes: Buffer) => Iterable<Buffer>>> = {
  "rpmdb.sqlite": sqliteBlobs,
  "Packages.db": ndbBlobs,
  Packages: berkeleyBlobs,
};
/** What SQLite has not carried over into its file. */
const LOG = "rpmdb.sqlite-wal";

export const rpm: Cataloguer = {
  name: "rpm",
  wants(path, { size }) {
    const name = PLACE.exec(path)?.[1];
    if (name === LOG) return size > 0 ? { maxBytes: MAX_BYTES } : undefined;
    return name !== undefined && Object.hasOwn(FORMS, name) ? { maxBytes: MAX_BYTES } : undefined;
  },
  read(path, bytes): Found {
    const name = PLACE.exec(path)?.[1] ?? "";
    const form = FORMS[name];
    if (!form) return { gaps: ["what rpm wrote last is in this log, which is not read"] };
    return readBlobs(form(bytes), bytes.length);
  },
};

// What was read before the damage counts; the damage is told.
function readBlobs(blobs: Iterable<Buffer>, size: number): Found {
  const packages: FoundPackage[] = [];
  const owned: OwnedPaths[] = [];
  const gaps: string[] = [];
  let room = size;
  try {
    for (const blob of blobs) {
      // Slots, cells and chains may share places in a file that was made to be read for ever.
      room -= blob.length;
      if (room < 0) throw new Error("its packages are larger than the file");
      const read = readOne(blob, gaps);
      if (!read) continue;
      packages.push(read.found);
      if (read.owned.paths.length > 0) owned.push(read.owned);
    }
  } catch (error) {
    gaps.push(`it is damaged: ${reasonOf(error)}`);
  }
  return { packages, owned, gaps };
}

function readOne(blob: Buffer, gaps: string[]): ReturnType<typeof readRpmHeader> {
  try {
    return readRpmHeader(blob);
  } catch (error) {
    if (gaps.length === 0) gaps.push(`a package is damaged: ${reasonOf(error)}`);
    return undefined;
  }
}
