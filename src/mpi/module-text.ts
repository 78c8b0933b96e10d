// The module that shows a prepared folder in containers and puts it before the image's own libraries: as lines of udiRoot.conf
// and as a part of site.yaml.

import type { Family } from "./families.ts";

/**
 * Where no node was set up for them, ranks are in containers with user namespaces of their own, between which the kernel lets nobody
 * look into another's memory or descriptors: ways of passing messages that count on it are switched off. Elsewhere that does no harm.
 */
const APART: readonly { readonly library: RegExp; readonly variable: string }[] = [
  { library: /^libucs\.so\./, variable: "UCX_POSIX_USE_PROC_LINK=n" },
  { library: /^libfabric\.so\./, variable: "FI_SHM_DISABLE_CMA=1" },
];

/** Variables that a module sets for the libraries it brings. */
export function moduleVariables(vendor: string, libraries: readonly string[]): readonly string[] {
  const found = APART.filter(({ library }) => libraries.some((name) => library.test(name)));
  const cray = vendor === "Cray MPICH" ? ["MPICH_SMP_SINGLE_COPY_MODE=NONE"] : [];
  return [...found.map(({ variable }) => variable), ...cray];
}

/** What a module is made of. */
export interface ModuleFacts {
  readonly family: Family;
  /** `MPICH 4.0.2`. */
  readonly release: string;
  /** Folder of the node. */
  readonly folder: string;
  /** Folders in it for LD_LIBRARY_PATH. */
  readonly search: readonly string[];
  /** `NAME=VALUE` that containers get. */
  readonly variables: readonly string[];
  /** What makes the folder, when it was not made yet. */
  readonly command: string | undefined;
}

/** The usual name of a module of a family: also the end of its folder's path in containers. */
export function moduleName(family: Family): string {
  return { mpich: "mpich", openmpi: "openmpi", standard: "mpiabi" }[family];
}

/** Where a module's `copyPath` appears in containers. */
export function moduleFolder(name: string): string {
  return `/opt/udiImage/modules/${name}`;
}

/** Lines for udiRoot.conf. */
export function udiRootModule(facts: ModuleFacts): string {
  const { name, variable, set } = partsOf(facts);
  return [
    ...comments(facts),
    `module_${name}_copyPath = ${facts.folder}`,
    `module_${name}_siteEnvPrepend = LD_LIBRARY_PATH=${variable}`,
    `module_${name}_siteEnv = ${set.join(" ")}`,
    "",
  ].join("\n");
}

/** The same for site.yaml. */
export function siteModule(facts: ModuleFacts): string {
  const { name, variable, set } = partsOf(facts);
  return [
    ...comments(facts),
    "node:",
    "  modules:",
    `    ${name}:`,
    `      copyPath: ${JSON.stringify(facts.folder)}`,
    "      environment:",
    `        prepend: [${JSON.stringify(`LD_LIBRARY_PATH=${variable}`)}]`,
    `        set: [${set.map((one) => JSON.stringify(one)).join(", ")}]`,
    "",
  ].join("\n");
}

function partsOf({ family, search, variables }: ModuleFacts) {
  const name = moduleName(family);
  const variable = search.map((part) => `${moduleFolder(name)}/${part}`).join(":");
  return { name, variable, set: [`SHIFTER_MODULE_${name.toUpperCase()}=1`, ...variables] };
}

function comments({ release, folder, command }: ModuleFacts): string[] {
  const first = `# The host's ${release} in the place of an image's own.`;
  return command === undefined ? [first] : [first, `# First make ${folder}: ${command}`];
}
