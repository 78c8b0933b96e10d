// Which MPI a library belongs to. MPICH and what is made of it (Cray, Intel, MVAPICH, ParaStation) agreed in 2014 on one binary
// interface and the number 12; each number of Open MPI's is an interface of its own. Pure.

import type { DynamicSymbol } from "../elf/index.ts";

/** Libraries of one family with one number can take each other's place. */
export type Family = "mpich" | "openmpi" | "standard";

/** What a library is for; a program may need several. */
export type Role = "core" | "fortran" | "fortran-module" | "fortran-2008" | "cxx";

/** A library's name taken apart: `libmpifort.so.12`. */
export interface MpiName {
  readonly family: Family;
  readonly role: Role;
  /** The number behind `.so.`, part of the interface. */
  readonly number: string;
}

export const FAMILY_NAMES: Readonly<Record<Family, string>> = {
  mpich: "MPICH",
  openmpi: "Open MPI",
  standard: "the standard MPI ABI",
};

/** Names that libraries of a role have, the usual first. They are one interface: Debian's MPICH only spells them its own way. */
const STEMS: readonly { readonly family: Family; readonly role: Role; readonly stems: readonly string[] }[] = [
  { family: "mpich", role: "core", stems: ["libmpi", "libmpich"] },
  { family: "mpich", role: "fortran", stems: ["libmpifort", "libmpichfort", "libmpichf90"] },
  { family: "mpich", role: "cxx", stems: ["libmpicxx", "libmpichcxx"] },
  { family: "openmpi", role: "core", stems: ["libmpi"] },
  { family: "openmpi", role: "fortran", stems: ["libmpi_mpifh"] },
  { family: "openmpi", role: "fortran-module", stems: ["libmpi_usempi", "libmpi_usempi_ignore_tkr"] },
  { family: "openmpi", role: "fortran-2008", stems: ["libmpi_usempif08"] },
  { family: "openmpi", role: "cxx", stems: ["libmpi_cxx"] },
  { family: "standard", role: "core", stems: ["libmpi_abi"] },
];

const MPICH_NUMBER = "12";

/**
 * What the name of a file says, with or without the numbers behind the first; undefined for what is no library of MPI. Open MPI
 * 1.10 used the number of MPICH for `libmpi`: only its symbols tell them apart.
 */
export function mpiName(name: string): MpiName | undefined {
  const [, stem, number] = /^(lib[a-z0-9_]+)\.so\.(\d+)(?:\.[\d.]+)?$/.exec(name) ?? [];
  if (stem === undefined || number === undefined) return undefined;
  const families = STEMS.filter(({ stems }) => stems.includes(stem));
  const fits = families.find(
    ({ family }) => families.length === 1 || (family === "mpich") === (number === MPICH_NUMBER),
  );
  return fits && { family: fits.family, role: fits.role, number };
}

/** All names by which programs may ask for a library: `libmpi.so.12` and `libmpich.so.12`. */
export function namesOf({ family, role, number }: MpiName): readonly string[] {
  const entry = STEMS.find((one) => one.family === family && one.role === role);
  return (entry?.stems ?? []).map((stem) => `${stem}.so.${number}`);
}

/** The family by what a library of MPI offers, or a program takes; what its name says where the symbols are silent. */
export function familyOf(symbols: readonly Pick<DynamicSymbol, "name">[], named: Family): Family {
  return symbols.some(({ name }) => name.startsWith("ompi_mpi_")) ? "openmpi" : named;
}

/** True for symbols that only a library of MPI defines. */
export function isMpiSymbol(name: string): boolean {
  return /^(P?MPIX?_|p?mpix?_|ompi_|MPIR_|MPID_|MPII_|MPIU_)/.test(name);
}

/** One sentence on why two libraries cannot take each other's place; undefined when they can. */
export function whyDifferent(image: MpiName, host: MpiName): string | undefined {
  const [wanted, offered] = [FAMILY_NAMES[image.family], FAMILY_NAMES[host.family]];
  if (image.family !== host.family)
    return `the image's programs are built for ${wanted} and the host has ${offered}: the two have different binary interfaces`;
  if (image.number !== host.number)
    return (
      `the image's programs need number ${image.number} of ${wanted}'s interface (libmpi.so.${image.number}) and the host ` +
      `has number ${host.number}: they are not compatible`
    );
  return undefined;
}
