// Whether the host's MPI may take the place of an image's, from what was found out. Pure: facts in, verdict with its reasons out.

import { FAMILY_NAMES, type MpiName, whyDifferent } from "./families.ts";
import type { CLibrary } from "./image-mpi.ts";
import { machineName } from "./machines.ts";
import type { Swap } from "./swap.ts";

/** `risky`: it may work, and what it depends on cannot be seen in the files. */
export type State = "sound" | "risky" | "impossible";

export interface Reason {
  readonly state: State;
  readonly sentence: string;
}

export interface Verdict {
  readonly state: State;
  /** The worst first. */
  readonly reasons: readonly Reason[];
}

/** What is judged. */
export interface SwapFacts {
  readonly image: {
    /** What its programs ask for; the core's name. */
    readonly mpi: MpiName;
    readonly machines: readonly number[];
    readonly clib: CLibrary;
  };
  readonly host: {
    readonly mpi: MpiName;
    readonly machine: number;
    /** `MPICH 4.0.2`. */
    readonly release: string;
    /** Newest version of glibc that its libraries need; undefined when they need none. */
    readonly glibc: string | undefined;
    /** Needed by its libraries and nowhere on the host. */
    readonly missing: readonly string[];
    /** Left to the GPU's driver. */
    readonly driver: readonly string[];
  };
  /** Empty when the families differ: nothing was tried then. */
  readonly swaps: readonly Swap[];
}

const ORDER: readonly State[] = ["impossible", "risky", "sound"];
/** Names in one sentence. */
const SHOWN = 4;

/** The verdict on one installation of the host. */
export function judge(facts: SwapFacts): Verdict {
  const first = fundamental(facts);
  const reasons = first.length > 0 ? first : [...installation(facts), ...programs(facts), ...praise(facts)];
  const sorted = ORDER.flatMap((state) => reasons.filter((reason) => reason.state === state));
  return { state: sorted[0]?.state ?? "sound", reasons: sorted };
}

// Nothing else matters where one of these is so.
function fundamental({ image, host }: SwapFacts): Reason[] {
  const different = whyDifferent(image.mpi, host.mpi);
  const machines = image.machines.filter((machine) => machine !== host.machine);
  const found: string[] = [];
  if (different) found.push(different);
  if (machines.length > 0)
    found.push(
      `the image's programs are for ${machines.map(machineName).join(", ")}, the host's MPI for ${machineName(host.machine)}`,
    );
  if (image.clib.kind === "musl")
    found.push(
      "the image's C library is musl: libraries that were built for glibc, as the host's, cannot be loaded by its programs",
    );
  return found.map(impossible);
}

function installation({ image, host }: SwapFacts): Reason[] {
  const found: Reason[] = [];
  for (const name of host.missing)
    found.push(impossible(`the host's MPI needs ${name}, which is not even on the host`));
  if (image.mpi.family === "openmpi")
    found.push(
      risky(
        "Open MPI loads components from the directory for which it was built: it must appear in the container at the same " +
          "path, with the PMIx of the host's launcher; this cannot be seen in the files",
      ),
    );
  if (host.driver.length > 0)
    found.push(
      risky(
        `the host's MPI needs ${list(host.driver)} of the GPU's driver: use the module together with the GPU's devices`,
      ),
    );
  return found;
}

function programs({ swaps }: SwapFacts): Reason[] {
  const said = new Map<string, { readonly reason: Reason; readonly paths: string[] }>();
  for (const swap of swaps)
    for (const reason of reasonsOf(swap)) {
      const known = said.get(reason.sentence) ?? { reason, paths: [] };
      known.paths.push(swap.path);
      said.set(reason.sentence, known);
    }
  return [...said.values()].map(({ reason, paths }) => ({ ...reason, sentence: `${list(paths)}: ${reason.sentence}` }));
}

function reasonsOf(swap: Swap): Reason[] {
  const found: Reason[] = [];
  found.push(...swap.kept.map(keptReason));
  if (!swap.takesHost && swap.kept.length === 0)
    found.push(impossible("the host's library is not found by this program"));
  for (const { by, library } of swap.missing) found.push(impossible(`${library}, which ${by} needs, is not there`));
  for (const gap of versionSentences(swap)) found.push(impossible(gap));
  if (swap.symbols.length > 0)
    found.push(impossible(`it uses ${list(swap.symbols)}, which the host's libraries do not have`));
  for (const [by, symbols] of Map.groupBy(swap.hostSymbols, (gap) => gap.by))
    found.push(
      impossible(
        `${by} of the host uses ${list(symbols.map(({ symbol }) => symbol))}, which the image's libraries do not have`,
      ),
    );
  if (swap.sizes.length > 0)
    found.push(
      risky(
        `it holds copies of ${list(swap.sizes.map(({ symbol }) => symbol))} in another size than the host's: it was built for ` +
          "another release",
      ),
    );
  return found;
}

// A Fortran or C++ layer uses the core by its public functions and a few others, all of which are looked for.
function keptReason({ path, core, byRpath }: Swap["kept"][number]): Reason {
  if (byRpath)
    return impossible(`${path} of the image is found first through a DT_RPATH, which is stronger than any module`);
  if (core) return impossible(`${path} of the image is still loaded, for the host has no library of that name`);
  return risky(`${path} of the image stays, for the host has no such library: it must fit the host's core`);
}

function versionSentences({ versions }: Swap): string[] {
  return [...Map.groupBy(versions, ({ by, library }) => `${by}\0${library}`).values()].map((gaps) => {
    const names = list(gaps.map(({ version }) => version));
    const { by = "", library = "", from = "image" } = gaps[0] ?? {};
    return `${by} needs ${names} of ${library}, and the ${from}'s is too old`;
  });
}

// What was looked at and found well; a verdict without it could be taken for a look that did not happen.
function praise({ image, host, swaps }: SwapFacts): Reason[] {
  const found = [
    `the programs ask for ${FAMILY_NAMES[image.mpi.family]}'s interface ${image.mpi.number}, which ${host.release} of the host has`,
  ];
  const most = Math.max(0, ...swaps.map(({ used }) => used));
  if (swaps.length > 0 && swaps.every(({ symbols }) => symbols.length === 0))
    found.push(
      swaps.length === 1
        ? `all ${most} symbols of MPI that its program uses are there`
        : `all symbols of MPI that its ${swaps.length} programs and libraries use are there (at most ${most} each)`,
    );
  if (host.glibc !== undefined && image.clib.kind === "glibc" && swaps.every(({ versions }) => versions.length === 0))
    found.push(
      `the host's libraries need glibc ${host.glibc}, and the image has ${image.clib.version ?? "one without versions"}`,
    );
  return found.map((sentence) => ({ state: "sound", sentence }));
}

function impossible(sentence: string): Reason {
  return { state: "impossible", sentence };
}

function risky(sentence: string): Reason {
  return { state: "risky", sentence };
}

/** `a, b and 3 more`. */
function list(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN).join(", ");
  return names.length > SHOWN ? `${shown} and ${names.length - SHOWN} more` : shown;
}
