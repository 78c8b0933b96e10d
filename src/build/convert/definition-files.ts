// `%files` as COPY.

import { posix } from "node:path";
import { type FileLine, parseFiles } from "../../recipe/definition/index.ts";
import { copyWords } from "./dockerfile-words.ts";
import { lower, type Piece } from "./ledger.ts";
import { type PartSection, type StageSections, sectionsOf } from "./stage-sections.ts";

/** The lines of the sections that take files from other stages, or from the host. */
export function filesLines(stage: StageSections, side: "stage" | "host"): readonly Piece[] {
  return sectionsOf(stage, "files").flatMap((section) => {
    const { from, lines } = parseFiles(stage.text, section);
    if ((from === undefined) !== (side === "host")) return [];
    return lines.map((line) => ({ lines: [copyLine(line, { section, stage, from, root: "/" })], part: section.part }));
  });
}

/** Where a line stands and where it leads. */
export interface FilesPlace {
  readonly section: PartSection;
  readonly stage: StageSections;
  readonly from: string | undefined;
  /** Folder in the image that destinations begin with. */
  readonly root: string;
}

/** A COPY for one line of files. */
export function copyLine(line: FileLine, { section, stage, from, root }: FilesPlace): string {
  const { part } = section;
  const source = from === undefined ? contextPath(line.source, section) : line.source;
  const wanted = line.destination ?? posix.join("/", line.source.replace(/\\(.)/g, "$1"));
  const destination = root === "/" ? wanted : posix.join(root, wanted);
  const kind = from === undefined ? stage.context.kind(source) : undefined;
  if (/\*\*|[@!+]\(/.test(line.source))
    lower(part, "approximated", `${line.source} may match otherwise in a Dockerfile`);
  const flag = from === undefined ? "" : `--from=${stageReference(from)} `;
  if (kind === "file") return `COPY ${flag}${copyWords([source, destination])}`;
  lower(
    part,
    "approximated",
    "COPY copies the content of folders and keeps links; %files copies the folder, and what links name",
  );
  const target =
    kind === "folder" && destination.endsWith("/") ? posix.join(destination, posix.basename(source)) : destination;
  return `COPY ${flag}${copyWords([source, target])}`;
}

function stageReference(name: string): string {
  return /^[a-z][a-z0-9-_.]*$/i.test(name) ? name : JSON.stringify(name);
}

// A build sees nothing but its context.
function contextPath(source: string, { part }: PartSection): string {
  const path = source.replace(/\\(.)/g, "$1");
  if (!path.startsWith("/") && !path.startsWith("..")) return posix.normalize(path);
  const inside = posix.join("/", path).slice(1);
  lower(part, "approximated", `${path} lies outside the context: put a copy at ${inside} in it`);
  return inside;
}
