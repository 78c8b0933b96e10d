// The findings of `berth doctor mpi`, for a person and as JSON.

import {
  type Candidate,
  type Examination,
  FAMILY_NAMES,
  type Group,
  type ModuleFacts,
  releaseName,
  type State,
  siteModule,
  udiRootModule,
} from "../mpi/index.ts";
import { printable } from "./terminal-log.ts";

const MARKS: Readonly<Record<State, string>> = { sound: "ok   ", risky: "risk ", impossible: "NO   " };
/** Paths and candidates of one list. */
const SHOWN = 5;
/** Where the page on MPI has its prepared folders. */
const FOLDERS = "/opt/berth/mpi";

/** A module in both forms. */
export interface ModuleTexts {
  readonly udiRoot: string;
  readonly site: string;
  /** What makes its folder; undefined when it exists. */
  readonly command: string | undefined;
}

/** The module for an installation: of the folder that was prepared, or of one that is still to be. */
export function moduleTexts({ mpi, prepared, variables }: Candidate): ModuleTexts {
  const release = releaseName(mpi.release);
  const folder = prepared?.folder ?? `${FOLDERS}/${release.toLowerCase().replace(/[^a-z0-9.]+/g, "-")}`;
  const command = prepared ? undefined : `berth node prepare-mpi --from ${mpi.core.file.path} --to ${folder}`;
  const search = prepared?.list.search ?? ["lib"];
  const facts: ModuleFacts = { family: mpi.family, release, folder, search, variables, command };
  return { udiRoot: udiRootModule(facts), site: siteModule(facts), command };
}

/** The whole report, with its end of line. */
export function mpiReport(path: string, found: Examination, module: ModuleTexts | undefined): string {
  const lines = [...imageLines(path, found), ...hostLines(found), "", conclusion(found)].map(oneLine);
  if (module?.command !== undefined) lines.push("", `First make the folder:\n  ${module.command}`);
  if (module)
    lines.push("", "Lines for udiRoot.conf:", indented(module.udiRoot), "", "or for site.yaml:", indented(module.site));
  return `${lines.join("\n")}\n`;
}

// Names of files come from the image: none may begin a line of its own, or speak to the terminal.
function oneLine(line: string): string {
  return printable(line).replaceAll(/[\t\n]/g, "?");
}

function imageLines(path: string, { image, group, others, damaged }: Examination): string[] {
  if (!group) return [`${path}: nothing in it uses a library of MPI`, ...damagedLines(damaged)];
  const clib = image.clib.kind === "glibc" ? `glibc ${image.clib.version ?? "without versions"}` : image.clib.kind;
  return [
    `${path}: ${named(group)}, ${clib}`,
    ...group.libraries.map((library) => `  library  ${library.path}  ${library.release}`),
    ...listed(
      "  used by  ",
      group.users.map(({ file }) => file.path),
    ),
    ...(image.more ? ["  there are more programs; the first 500 were looked at"] : []),
    ...others.map((other) => `  not looked at: ${other.users.length} programs for ${named(other)}`),
    ...damagedLines(damaged),
  ];
}

function named({ mpi }: Group): string {
  return `${FAMILY_NAMES[mpi.family]}, interface ${mpi.number}`;
}

function damagedLines(paths: readonly string[]): string[] {
  return listed("  damaged, passed over:  ", paths);
}

function hostLines({ candidates }: Examination): string[] {
  const shown = candidates.slice(0, SHOWN);
  const rest = candidates.length - shown.length;
  return [
    ...shown.flatMap((candidate) => ["", ...candidateLines(candidate)]),
    ...(rest > 0 ? ["", `and ${rest} more, none better`] : []),
  ];
}

function candidateLines({ mpi, verdict }: Candidate): string[] {
  return [
    `${verdict.state}: ${releaseName(mpi.release)} of the host, ${mpi.core.file.path}`,
    ...verdict.reasons.map(({ state, sentence }) => `  ${MARKS[state]}${sentence}`),
  ];
}

function conclusion({ group, candidates }: Examination): string {
  const best = candidates[0];
  if (!group || !best) return "There is nothing to exchange.";
  const release = releaseName(best.mpi.release);
  if (best.verdict.state === "sound") return `The host's ${release} can take the place of the image's MPI.`;
  if (best.verdict.state === "risky")
    return `The host's ${release} may take the place of the image's MPI; try it before you rely on it.`;
  return "No MPI of this host can take the place of the image's: run the image with its own.";
}

function listed(label: string, names: readonly string[]): string[] {
  const lines = names.slice(0, SHOWN).map((name, index) => `${index === 0 ? label : " ".repeat(label.length)}${name}`);
  return names.length > SHOWN ? [...lines, `${" ".repeat(label.length)}and ${names.length - SHOWN} more`] : lines;
}

function indented(text: string): string {
  return text.trimEnd().replaceAll(/^/gm, "  ");
}

/** The same for programs. */
export function jsonReport(path: string, found: Examination, module: ModuleTexts | undefined): string {
  const { image, group, others, candidates, damaged } = found;
  const report = {
    image: path,
    verdict: group ? (candidates[0]?.verdict.state ?? "impossible") : "none",
    clib: image.clib,
    mpi: group && jsonGroup(group),
    others: others.map(jsonGroup),
    damaged,
    candidates: candidates.map(({ mpi, verdict, prepared }) => ({
      library: mpi.core.file.path,
      family: mpi.family,
      interface: mpi.number,
      release: mpi.release,
      ...(prepared && { prepared: prepared.folder }),
      ...verdict,
    })),
    module: module && { udiRoot: module.udiRoot, site: module.site, ...(module.command && { first: module.command }) },
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

function jsonGroup({ mpi, libraries, users }: Group) {
  return { family: mpi.family, interface: mpi.number, libraries, users: users.map(({ file }) => file.path) };
}
