// From what Go's linker wrote to packages: the standard library, the module of the program itself and those that it uses.

import type { FoundPackage } from "../cataloguer.ts";
import type { GoBuildInfo } from "./go-build-info.ts";

const MAX_MODULES = 20_000;

/** The packages in a program of Go. */
export function goPackages({ go, modules }: GoBuildInfo): readonly FoundPackage[] {
  const version = /^go(\d[^\s]*)/.exec(go)?.[1];
  const library: readonly FoundPackage[] =
    version === undefined ? [] : [{ ecosystem: "golang", name: "stdlib", version, licence: "BSD-3-Clause" }];
  return [...library, ...linked(modules)];
}

// A line `=>` replaces the module of the line before it: by another, or by a folder, which has neither name nor version of
// its own.
function linked(modules: string): readonly FoundPackage[] {
  const found: FoundPackage[] = [];
  for (const line of modules.split("\n")) {
    const [kind, name, version] = line.split("\t");
    if (!name || found.length >= MAX_MODULES) continue;
    const replaced = kind === "=>" ? found.pop() : undefined;
    if (replaced && /^[./]/.test(name)) found.push({ ...replaced, origin: name });
    else if (replaced || kind === "dep" || kind === "mod")
      found.push({ ecosystem: "golang", name, version: versionOf(version) });
  }
  return found;
}

// A program that was built in its own source tree does not know its version.
function versionOf(version: string | undefined): string {
  return version === undefined || version === "(devel)" ? "" : version;
}
