// What the files that are there in the end make together: the distribution that packages belong to, package URLs, and one
// package for what two package managers tell of.

import type { Catalogue, Distribution, Package } from "../types.ts";
import type { FoundPackage } from "./cataloguer.ts";
import type { SeenFile } from "./merge.ts";
import { rankOf } from "./os-release.ts";
import { ownersOf } from "./owners.ts";
import { purlOf } from "./purl.ts";

/** Readers of what is one package of many: what a package manager brought it tells better. */
const PER_PACKAGE: ReadonlySet<string> = new Set(["executable", "jar", "python", "npm", "gem"]);

/** The catalogue that the files make; the same for the same files in any order. */
export function settle(files: readonly SeenFile[]): Catalogue {
  const distribution = distributionOf(files);
  const marks = marksByFolder(files);
  const owners = ownersOf(files, distribution);
  const licences = new Map(
    files.flatMap(({ found }) => (found.licences ?? []).map((one) => [keyOf(one), one.licence])),
  );
  const installed = new Set(files.flatMap(({ found }) => (found.packages ?? []).filter(isThere).map(identity)));
  const packages = files
    .filter((file) => !owners.isCache(file.path))
    .flatMap((file) =>
      (file.found.packages ?? [])
        .filter((found) => isThere(found) || !installed.has(identity(found)))
        .filter((found) => !owners.brought(found, file, marks.get(folderOf(file.path))))
        .map((found) => ({ licence: licences.get(keyOf(found)), ...found }))
        .map((found) => packageOf(found, file, distribution, marks.get(folderOf(file.path)))),
    );
  const gaps = files
    .filter(({ path, reader }) => !owners.isCache(path) && !(PER_PACKAGE.has(reader) && owners.owns(path)))
    .flatMap(({ path, found }) => (found.gaps ?? []).map((why) => ({ path, why })));
  return {
    distribution,
    packages: withoutDoubles(packages).sort(inOrder),
    gaps: gaps.sort((a, b) => compare(a.path, b.path)),
  };
}

/** Partial facts of one folder by name. */
export type Marks = ReadonlyMap<string, string>;

function distributionOf(files: readonly SeenFile[]): Distribution | undefined {
  const told = files.filter(({ found }) => found.distribution);
  const [first] = told.sort((a, b) => rankOf(a.path) - rankOf(b.path) || compare(a.path, b.path));
  return first?.found.distribution;
}

function marksByFolder(files: readonly SeenFile[]): ReadonlyMap<string, Marks> {
  const folders = new Map<string, Map<string, string>>();
  for (const { path, found } of files) {
    if (!found.marks) continue;
    const marks = folders.get(folderOf(path)) ?? new Map<string, string>();
    for (const [name, value] of found.marks) marks.set(name, value);
    folders.set(folderOf(path), marks);
  }
  return folders;
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

function isThere({ locked }: FoundPackage): boolean {
  return locked === undefined;
}

function keyOf({ ecosystem, name }: Pick<FoundPackage, "ecosystem" | "name">): string {
  return `${ecosystem} ${name}`;
}

function identity({ ecosystem, name, version }: FoundPackage): string {
  return `${ecosystem} ${name} ${version}`;
}

function packageOf(
  found: FoundPackage,
  file: SeenFile,
  distribution: Distribution | undefined,
  marks: Marks | undefined,
): Package {
  const { type: _type, qualifiers: _qualifiers, locked: _locked, within, ...facts } = found;
  const origin = found.origin ?? marks?.get("origin");
  return {
    purl: purlOf(found, distribution),
    ...facts,
    ...(origin === undefined ? {} : { origin }),
    evidence: within === undefined ? file.path : `${file.path}!${within}`,
    layer: file.layer,
  };
}

// One file may tell of a package twice, as archives with two poms of one library do.
function withoutDoubles(packages: readonly Package[]): Package[] {
  return [...new Map(packages.map((pkg) => [`${pkg.purl} ${pkg.evidence}`, pkg])).values()];
}

function inOrder(a: Package, b: Package): number {
  const keys = ["ecosystem", "name", "version", "purl", "evidence"] as const;
  return keys.reduce((order, key) => order || compare(a[key], b[key]), 0);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
