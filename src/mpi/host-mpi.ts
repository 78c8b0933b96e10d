// The MPI installations of the host: libraries of one family that lie in one directory. Known places, the cache of ldconfig and
// what the environment modules of the caller have set are searched, unless one is named.

import { basename, dirname } from "node:path";
import type { ElfObject } from "../elf/index.ts";
import type { Environment } from "../platform/user.ts";
import { fail } from "./errors.ts";
import { type Family, familyOf, type MpiName, mpiName, namesOf } from "./families.ts";
import { type Release, readRelease } from "./release.ts";
import type { Found, System } from "./system.ts";

/** A library of the host's MPI. */
export interface HostLibrary {
  readonly file: Found;
  readonly object: ElfObject;
  readonly name: MpiName;
}

/** Libraries that belong together. */
export interface HostMpi {
  readonly directory: string;
  readonly family: Family;
  readonly number: string;
  readonly release: Release;
  readonly core: HostLibrary;
  /** The core first. */
  readonly libraries: readonly HostLibrary[];
}

/** Where vendors and distributions put them; `*` is one path component. */
const PLACES = [
  "/opt/cray/pe/mpich/default/ofi/gnu/*/lib-abi-mpich",
  "/opt/cray/pe/mpich/default/ofi/gnu/*/lib",
  "/opt/cray/pe/lib64",
  "/opt/intel/oneapi/mpi/latest/lib",
  "/opt/intel/oneapi/mpi/latest/lib/release",
  "/usr/lib64/mpich/lib",
  "/usr/lib64/mvapich2/lib",
  "/usr/lib64/openmpi/lib",
  "/opt/mvapich2/lib",
  "/opt/parastation/lib64",
  "/usr/local/lib",
];

/** Variables of environment modules that name an installation's root. */
const ROOTS = ["CRAY_MPICH_DIR", "MPICH_DIR", "I_MPI_ROOT", "MPI_HOME", "MPI_ROOT", "OMPI_DIR"];

/** All installations, or those in a named directory or of a named library. @throws E_MPI_NONE */
export async function findHostMpi(host: System, env: Environment, named?: string): Promise<readonly HostMpi[]> {
  const file = named === undefined ? undefined : await host.find(named);
  const directories = named === undefined ? await usualDirectories(host, env) : [file ? dirname(named) : named];
  const found: HostMpi[] = [];
  for (const directory of directories)
    for (const one of await installationsIn(host, directory, file && basename(file.path)))
      if (!found.some(({ core }) => core.file.identity === one.core.file.identity)) found.push(one);
  if (found.length === 0) throw fail("E_MPI_NONE", { place: named ?? "the usual places of this host" });
  return found;
}

async function usualDirectories(host: System, env: Environment): Promise<readonly string[]> {
  const paths = (env["LD_LIBRARY_PATH"] ?? "").split(":");
  const roots = ROOTS.flatMap((name) => (env[name] ? [`${env[name]}/lib`, `${env[name]}/lib64`] : []));
  const places: string[] = [];
  for (const place of PLACES) places.push(...(await expand(host, place)));
  const cached: string[] = [];
  for (const name of ["libmpi.so.12", "libmpich.so.12", "libmpi.so.40", "libmpi.so.20", "libmpi_abi.so.0"])
    cached.push(...(await host.cached(name)).map((path) => dirname(path)));
  return [...new Set([...paths, ...roots, ...places, ...cached])].filter((path) => path.startsWith("/"));
}

async function expand(host: System, place: string): Promise<readonly string[]> {
  const [before, after] = place.split("*");
  if (before === undefined || after === undefined) return [place];
  return (await host.list(before)).map((name) => `${before}${name}${after}`);
}

async function installationsIn(host: System, directory: string, only: string | undefined): Promise<HostMpi[]> {
  const libraries = new Map<string, HostLibrary>();
  for (const name of await host.list(directory)) {
    const library = mpiName(name) && (await libraryAt(host, `${directory}/${name}`));
    if (library) libraries.set(library.file.identity, library);
  }
  const cores = [...libraries.values()].filter(({ name }) => name.role === "core");
  const wanted = only === undefined ? undefined : mpiName(only);
  const found: HostMpi[] = [];
  for (const core of cores) {
    const { family, number } = core.name;
    if (wanted && only !== undefined && !namesOf(core.name).includes(only) && core.file.path !== `${directory}/${only}`)
      continue;
    const others = [...libraries.values()].filter(
      ({ name }) => name.role !== "core" && name.family === family && (name.number === number || family === "openmpi"),
    );
    const release = await readRelease(host, core.file, core.object.exports, family);
    found.push({ directory, family, number, release, core, libraries: [core, ...others] });
  }
  return found;
}

// By its own name: `libmpi.so.12.3.1` and the links to it are one library.
async function libraryAt(host: System, path: string): Promise<HostLibrary | undefined> {
  const file = await host.find(path);
  const object = file && (await host.object(file));
  const named = object && mpiName(object.soname ?? basename(path));
  if (!file || !object || !named) return undefined;
  const family = named.role === "core" ? familyOf(object.exports, named.family) : named.family;
  return { file, object, name: { ...named, family } };
}
