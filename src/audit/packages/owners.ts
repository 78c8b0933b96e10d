// Which package manager is answerable for a file: a library of Python that came as a package of conda or of the distribution
// is that package, is updated as one and has its advisories; told twice, it would be judged by the wrong ones as well.

import type { Distribution, Ecosystem } from "../types.ts";
import type { FoundPackage } from "./cataloguer.ts";
import type { SeenFile } from "./merge.ts";
import type { Marks } from "./settle.ts";
import { canonicalPath } from "./telling-path.ts";
import { isOfDistribution } from "./third-party.ts";

const PACKAGERS: ReadonlySet<Ecosystem> = new Set(["deb", "rpm", "apk", "conda"]);
/** Python's record of who installed, where that is not a tool of Python. */
const INSTALLERS: ReadonlyMap<string, Ecosystem> = new Map(
  Object.entries({ conda: "conda", rpm: "rpm", debian: "deb", apk: "apk" } as const),
);

/** Who brought what. */
export interface Owners {
  /** True when another package manager brought the package that this file tells of. */
  brought(found: FoundPackage, file: SeenFile, marks: Marks | undefined): boolean;
  /** True when a package of conda or of the distribution brought the file. */
  owns(path: string): boolean;
  /** True for files that conda keeps to install from, and for copies that wait there. */
  isCache(path: string): boolean;
}

/** Owners as the package managers' own files tell them. */
export function ownersOf(files: readonly SeenFile[], distribution: Distribution | undefined): Owners {
  const others = strangers(files, distribution);
  const paths = new Set<string>();
  const ecosystems = new Set<Ecosystem>();
  const prefixes = new Set<string>();
  for (const { found } of files) {
    for (const { ecosystem } of found.packages ?? []) ecosystems.add(ecosystem);
    if (found.prefix !== undefined) prefixes.add(found.prefix);
    for (const owner of found.owned ?? [])
      if (!others.has(`${owner.ecosystem} ${owner.name}`)) for (const path of owner.paths) paths.add(path);
  }
  const owns = (path: string) => paths.has(canonicalPath(path));
  return {
    owns,
    brought(found, file, marks) {
      if (PACKAGERS.has(found.ecosystem)) return false;
      const installer = INSTALLERS.get(marks?.get("installer") ?? "");
      // The mark alone is not believed: a package that no manager lists would get lost.
      if (installer !== undefined && installer !== "conda" && ecosystems.has(installer) && isSystemPath(file.path))
        return true;
      if (installer === "conda" && folders(file.path).some((folder) => prefixes.has(folder))) return true;
      return owns(file.path);
    },
    isCache: (path) => folders(path).some((folder) => isCacheOf(prefixes, folder)),
  };
}

// The root, and every folder on the way to a file: an image may have as many prefixes as files.
function folders(path: string): readonly string[] {
  const found = [""];
  for (let slash = path.indexOf("/"); slash >= 0; slash = path.indexOf("/", slash + 1))
    found.push(path.slice(0, slash));
  return found;
}

function isCacheOf(prefixes: ReadonlySet<string>, folder: string): boolean {
  if (folder === "pkgs") return prefixes.has("");
  return folder.endsWith("/pkgs") && prefixes.has(folder.slice(0, -"/pkgs".length));
}

function isSystemPath(path: string): boolean {
  return path.startsWith("usr/lib") && !path.startsWith("usr/local/");
}

// A vendor's package has no advisories that would speak for what is in it.
function strangers(files: readonly SeenFile[], distribution: Distribution | undefined): ReadonlySet<string> {
  const names = files.flatMap(({ found }) =>
    (found.packages ?? [])
      .filter(
        (pkg) => pkg.ecosystem !== "conda" && PACKAGERS.has(pkg.ecosystem) && !isOfDistribution(pkg, distribution),
      )
      .map(({ ecosystem, name }) => `${ecosystem} ${name}`),
  );
  return new Set(names);
}
