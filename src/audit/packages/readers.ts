// The readers in one table, in the order in which they are asked: the first that wants a file has it.

import { apk } from "./apk.ts";
import type { Cataloguer } from "./cataloguer.ts";
import { chisel } from "./chisel.ts";
import { conda } from "./conda.ts";
import { debianCopyright } from "./debian-copyright.ts";
import { dpkg, dpkgList } from "./dpkg.ts";
import { executable } from "./executable/executable.ts";
import { gem } from "./gem.ts";
import { jar } from "./java/jar.ts";
import { julia } from "./julia.ts";
import { npm } from "./npm.ts";
import { osRelease } from "./os-release.ts";
import { python } from "./python.ts";
import { renv, rLibrary } from "./r.ts";
import { rpm } from "./rpm/rpm.ts";
import { easybuild, spack } from "./spack.ts";
import { unread } from "./unread.ts";

export const READERS: readonly Cataloguer[] = [
  ...[osRelease, dpkg, dpkgList, debianCopyright, chisel, apk, rpm],
  ...[python, conda, rLibrary, renv, npm, gem, julia, spack, easybuild, jar],
  ...[unread, executable],
];
