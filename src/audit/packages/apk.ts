// Alpine's packages, and those of its kin: the database of apk, lines of one letter and a value (apk-tools, "installed").

import type { Cataloguer, Found, FoundPackage, OwnedPaths } from "./cataloguer.ts";
import { tellingPath } from "./telling-path.ts";

const PATHS: ReadonlySet<string> = new Set(["lib/apk/db/installed", "usr/lib/apk/db/installed"]);
const MAX_BYTES = 64 * 1024 * 1024;

export const apk: Cataloguer = {
  name: "apk",
  wants: (path) => (PATHS.has(path) ? { maxBytes: MAX_BYTES } : undefined),
  read(_path, bytes): Found {
    const packages: FoundPackage[] = [];
    const owned: OwnedPaths[] = [];
    for (const record of bytes.toString("utf8").split(/\n\n+/)) {
      const { fields, paths } = readRecord(record);
      const found = packageOf(fields);
      if (!found) continue;
      packages.push(found);
      if (paths.length > 0) owned.push({ ecosystem: "apk", name: found.name, paths });
    }
    return { packages, owned };
  },
};

interface ApkRecord {
  readonly fields: ReadonlyMap<string, string>;
  readonly paths: readonly string[];
}

// `F:` names a folder, and each `R:` after it a file in there.
function readRecord(record: string): ApkRecord {
  const fields = new Map<string, string>();
  const paths: string[] = [];
  let folder = "";
  for (const line of record.split("\n")) {
    const value = line.slice(2);
    if (line[1] !== ":") continue;
    if (line[0] === "F") folder = value;
    else if (line[0] === "R") paths.push(...asList(tellingPath(`${folder}/${value}`)));
    else fields.set(line[0] ?? "", value);
  }
  return { fields, paths };
}

function asList(path: string | undefined): readonly string[] {
  return path === undefined ? [] : [path];
}

function packageOf(fields: ReadonlyMap<string, string>): FoundPackage | undefined {
  const name = fields.get("P");
  const version = fields.get("V");
  if (name === undefined || version === undefined) return undefined;
  const arch = fields.get("A");
  const licence = fields.get("L");
  return {
    ...{ ecosystem: "apk", name, version, source: { name: fields.get("o") || name, version } },
    ...(arch === undefined ? {} : { arch }),
    ...(licence === undefined ? {} : { licence }),
  };
}
