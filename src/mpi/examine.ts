// An image against the installations of MPI of a host: which of them could take the place of the image's, and why not.

import type { Environment } from "../platform/user.ts";
import { type Collection, collect, namesIn } from "./collect.ts";
import { type Family, familyOf, type MpiName, mpiName } from "./families.ts";
import { findHostMpi, type HostMpi } from "./host-mpi.ts";
import { examineImage, type ImageMpi, type MpiLibrary, type MpiUser, newest } from "./image-mpi.ts";
import { judge, type Verdict } from "./judge.ts";
import { loadProcess, type World } from "./load.ts";
import { moduleFolder, moduleName, moduleVariables } from "./module-text.ts";
import { type Overlay, plannedOverlay, preparedOverlay, withOverlay } from "./overlay.ts";
import { listAt } from "./prepare.ts";
import { LIST_NAME, type PreparedList } from "./prepared.ts";
import { readRelease, releaseName } from "./release.ts";
import { type Swap, trySwap, type Worlds } from "./swap.ts";
import type { System } from "./system.ts";

export interface ExamineOptions {
  readonly image: System;
  readonly host: System;
  /** The caller's: environment modules say there where MPI is. */
  readonly env: Environment;
  /** A directory, a library, or a folder made by `prepareFolder`. */
  readonly named: string | undefined;
  /** LD_LIBRARY_PATH that the image itself sets. */
  readonly imageLibraryPath: readonly string[];
  readonly signal: AbortSignal;
}

/** One installation and the verdict on it. */
export interface Candidate {
  readonly mpi: HostMpi;
  readonly verdict: Verdict;
  /** `NAME=VALUE` that its module sets. */
  readonly variables: readonly string[];
  /** The folder that was prepared of it, when that was named. */
  readonly prepared: { readonly folder: string; readonly list: PreparedList } | undefined;
}

/** A library of MPI in the image that others of it use. */
export interface ImageLibrary {
  readonly path: string;
  /** `MPICH 4.0.2`. */
  readonly release: string;
}

/** Programs of the image for one MPI. */
export interface Group {
  readonly mpi: MpiName;
  readonly users: readonly MpiUser[];
  readonly libraries: readonly ImageLibrary[];
}

export interface Examination {
  readonly image: ImageMpi;
  /** The MPI that most of the image's programs use, the one that is judged; undefined when none uses any. */
  readonly group: Group | undefined;
  /** Programs of the image for another MPI, which were not judged. */
  readonly others: readonly Group[];
  /** The best first. */
  readonly candidates: readonly Candidate[];
  /** Files of the image that were passed over. */
  readonly damaged: readonly string[];
}

/** @throws E_MPI_NONE, E_MPI_PREPARED, and what reading the image throws */
export async function examine(options: ExamineOptions): Promise<Examination> {
  const { image, host, env, named, signal } = options;
  const found = await examineImage(image, { signal });
  const [group, ...others] = await groupsOf(image, found);
  const candidates: Candidate[] = [];
  const prepared = named === undefined ? undefined : await preparedAt(host, named);
  const place = prepared ? `${prepared.folder}/lib` : named;
  for (const mpi of group ? await findHostMpi(host, env, place) : []) {
    signal.throwIfAborted();
    if (group) candidates.push(await candidateOf(options, found, group, mpi, prepared));
  }
  candidates.sort((a, b) => RANK.indexOf(a.verdict.state) - RANK.indexOf(b.verdict.state));
  return { image: found, group, others, candidates, damaged: [...image.damaged] };
}

const RANK: readonly Verdict["state"][] = ["sound", "risky", "impossible"];

async function preparedAt(host: System, named: string): Promise<Candidate["prepared"]> {
  if (!(await host.find(`${named}/${LIST_NAME}`))) return undefined;
  const list = await listAt(named);
  return list && { folder: named, list };
}

async function candidateOf(
  options: ExamineOptions,
  found: ImageMpi,
  group: Group,
  mpi: HostMpi,
  prepared: Candidate["prepared"],
): Promise<Candidate> {
  const libraryPath = (options.env["LD_LIBRARY_PATH"] ?? "").split(":").filter((path) => path.startsWith("/"));
  const collection = prepared ? undefined : await collect(options.host, mpi, { libraryPath, also: [] });
  const variables = collection ? moduleVariables(mpi.release.vendor, namesIn(collection)) : prepared?.list.variables;
  const verdict = await verdictOn(options, found, group, { mpi, prepared, collection, libraryPath });
  return { mpi, prepared, verdict, variables: variables ?? [] };
}

/** An installation and what it would bring, or has in its folder. */
interface Offer {
  readonly mpi: HostMpi;
  readonly prepared: Candidate["prepared"];
  readonly collection: Collection | undefined;
  readonly libraryPath: readonly string[];
}

async function verdictOn(
  { image, host, imageLibraryPath, signal }: ExamineOptions,
  found: ImageMpi,
  group: Group,
  { mpi, prepared, collection, libraryPath }: Offer,
): Promise<Verdict> {
  const at = moduleFolder(moduleName(mpi.family));
  const facts = {
    image: { mpi: group.mpi, machines: machinesOf(group.users), clib: found.clib },
    host: {
      mpi: mpi.core.name,
      machine: mpi.core.object.machine,
      release: releaseName(mpi.release),
      glibc: undefined,
      missing: collection?.missing.map(({ needed }) => needed) ?? [],
      driver: collection?.driver ?? prepared?.list.driver ?? [],
    },
    swaps: [],
  };
  const first = judge(facts);
  if (first.state === "impossible") return first;
  const plain: World = { system: image, over: new Map(), libraryPath: imageLibraryPath };
  const overlay = prepared
    ? await preparedOverlay(host, prepared.folder, prepared.list, at)
    : plannedOverlay(host, collection ?? NOTHING, at);
  const hostWorld: World = { system: host, over: new Map(), libraryPath: [mpi.directory, ...libraryPath] };
  const onHost = (await loadProcess(hostWorld, mpi.core.file.path)) ?? { loaded: [], missing: [] };
  const worlds = { plain, swapped: withOverlay(plain, overlay), onHost };
  const swaps = await trySwaps(worlds, group.users, signal);
  return judge({ ...facts, host: { ...facts.host, glibc: await neededGlibc(host, overlay) }, swaps });
}

const NOTHING: Collection = { files: [], links: [], missing: [], driver: [] };

async function trySwaps(worlds: Worlds, users: readonly MpiUser[], signal: AbortSignal): Promise<readonly Swap[]> {
  const swaps: Swap[] = [];
  for (const user of users) {
    signal.throwIfAborted();
    const swap = await trySwap(worlds, user);
    if (swap) swaps.push(swap);
  }
  return swaps;
}

async function neededGlibc(host: System, { over }: Overlay): Promise<string | undefined> {
  const versions: string[] = [];
  for (const { file } of over.values()) {
    const object = await host.object(file);
    versions.push(...(object?.needs ?? []).flatMap((need) => need.versions.map(({ name }) => name)));
  }
  return newest(versions);
}

function machinesOf(users: readonly MpiUser[]): number[] {
  return [...new Set(users.map(({ head }) => head.machine))];
}

/** The users by the MPI that they ask for, the largest group first. */
async function groupsOf(image: System, { users, libraries }: ImageMpi): Promise<Group[]> {
  const groups = new Map<string, { readonly mpi: MpiName; readonly users: MpiUser[] }>();
  for (const user of users) {
    const mpi = await mpiOf(image, user, libraries);
    if (mpi === undefined) continue;
    const key = `${mpi.family} ${mpi.number}`;
    const group = groups.get(key) ?? { mpi, users: [] };
    group.users.push(user);
    groups.set(key, group);
  }
  const sorted = [...groups.values()].sort((a, b) => b.users.length - a.users.length);
  return Promise.all(
    sorted.map(async (group) => ({ ...group, libraries: await librariesOf(image, group.mpi, libraries) })),
  );
}

// What a core library is called, or else any other of the same MPI. Its symbols, or the program's, tell the family.
async function mpiOf(image: System, user: MpiUser, libraries: readonly MpiLibrary[]): Promise<MpiName | undefined> {
  const names = user.needs.flatMap((need) => mpiName(need) ?? []);
  const named = names.find(({ role }) => role === "core") ?? names[0];
  if (named === undefined) return undefined;
  const object = await image.object(user.file);
  const offered: Family = await offeredFamily(image, named, libraries);
  return { ...named, role: "core", family: familyOf(object?.imports ?? [], offered) };
}

async function offeredFamily(image: System, named: MpiName, libraries: readonly MpiLibrary[]): Promise<Family> {
  const core = libraries.find(({ name }) => name.role === "core" && name.number === named.number);
  return familyOf((core && (await image.object(core.file))?.exports) ?? [], named.family);
}

async function librariesOf(image: System, mpi: MpiName, libraries: readonly MpiLibrary[]): Promise<ImageLibrary[]> {
  const found: ImageLibrary[] = [];
  for (const { file, name } of libraries) {
    if (name.role !== "core" || name.number !== mpi.number) continue;
    const object = await image.object(file);
    if (object === undefined || familyOf(object.exports, name.family) !== mpi.family) continue;
    const release = releaseName(await readRelease(image, file, object.exports, mpi.family));
    found.push({ path: file.path, release });
  }
  return found;
}
