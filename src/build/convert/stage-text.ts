// A stage's draft as the text of a definition: headers and sections in their usual order.

import type { Instruction } from "../../recipe/dockerfile/ast.ts";
import { flagOf } from "../dockerfile/flag-values.ts";
import { proxyVariables } from "../dockerfile/globals.ts";
import type { Stage } from "../dockerfile/stages.ts";
import { lower, newPart, type Part, type Piece, remark } from "./ledger.ts";
import { functionLines, STAGING } from "./shell-functions.ts";
import { rootUser, type StageDraft } from "./stage-draft.ts";
import { indented, plainText, shellWord, withArguments } from "./unknown-values.ts";

/** The pieces of a stage. `chain` is the stage with those below it, from the image up; the comments stand in front. */
export function renderStage(
  draft: StageDraft,
  chain: readonly Stage[],
  parts: ReadonlyMap<Instruction, Part>,
  { name, comments }: { readonly name: string | undefined; readonly comments: readonly string[] },
): readonly Piece[] {
  const body = [
    ...filesSections(draft),
    ...postSection(draft),
    ...(draft.final ? [...runtimeSections(draft), ...helpSection(draft)] : []),
  ];
  const head = header(chain, parts, name);
  if (draft.final && !draft.commands && chain[0]?.base.kind === "scratch") noteNoShell(draft);
  return [{ lines: comments }, ...head, { lines: [""] }, ...argumentsSection([...head, ...body]), ...body];
}

/** The headers that begin a stage with an image. */
export function imageHead(image: string): readonly string[] {
  if (image === "scratch") return ["Bootstrap: scratch"];
  const transport = /^(docker-archive|docker-daemon|oci|oci-archive):(?!\d+\/)(.+)$/.exec(image);
  if (transport) return [`Bootstrap: ${transport[1]}`, `From: ${transport[2]}`];
  return ["Bootstrap: docker", `From: ${plainText(image.replace(/^docker:\/\//, ""))}`];
}

function header(
  chain: readonly Stage[],
  parts: ReadonlyMap<Instruction, Part>,
  name: string | undefined,
): readonly Piece[] {
  const [first, ...above] = chain;
  if (!first) return [];
  const part = parts.get(first.from) ?? newPart(first.from.range, first.from.line);
  if (flagOf(first.from, "platform"))
    lower(part, "approximated", "--platform has no counterpart: give --arch to the build");
  for (const { from } of above) {
    const own = parts.get(from);
    if (own) remark(own, "the stage below it is repeated here: a definition's stage begins with an image");
  }
  const image = first.base.kind === "name" ? first.base.name : "scratch";
  if (image !== "scratch") noteTriggers(image, part);
  return [{ lines: [...imageHead(image), ...(name === undefined ? [] : [`Stage: ${name}`])], part }];
}

// No image is looked at; those that hold instructions for others are mostly called so.
function noteTriggers(image: string, part: Part): void {
  if (/onbuild/i.test(image))
    lower(part, "approximated", "instructions that the image has for its users (ONBUILD) are not carried out");
  else
    remark(
      part,
      "the image is not looked at: its WORKDIR, USER, SHELL and ONBUILD, if it has any, are not carried over",
    );
}

// Docker starts programs by itself; a definition's scripts are for a shell.
function noteNoShell({ environment, entrypoint, cmd }: StageDraft): void {
  for (const part of [...environment.map((piece) => piece.part), entrypoint?.part, cmd?.part]) {
    if (part) lower(part, "approximated", "works only if the copied files bring /bin/sh: the image has nothing else");
  }
}

// Arguments without values are empty in a Dockerfile; a definition asks for a default.
function argumentsSection(pieces: readonly Piece[]): readonly Piece[] {
  const text = pieces.flatMap(({ lines }) => lines).join("\n");
  const names = new Set([...text.matchAll(/\{\{ (\w+) \}\}/g)].map(([, name]) => name));
  if (names.size === 0) return [];
  return [{ lines: ["%arguments", ...[...names].map((name) => `    ${name}=`), ""] }];
}

function filesSections({ files }: StageDraft): readonly Piece[] {
  const origins = [...new Set(files.map(({ from }) => from))];
  return origins.flatMap((origin) => [
    { lines: [origin === undefined ? "%files" : `%files from ${origin}`] },
    ...files.filter(({ from }) => from === origin).map(({ line, part }) => ({ lines: [`    ${line}`], part })),
    { lines: [""] },
  ]);
}

function postSection(draft: StageDraft): readonly Piece[] {
  if (!draft.commands) {
    for (const { part } of draft.post)
      if (part) remark(part, "there is no %post: nothing runs while this image is built");
    return [];
  }
  const pieces = draft.post.map(({ lines, part }) => ({
    lines: lines.map((line) => indented(withArguments(line))),
    part,
  }));
  const clean =
    draft.staged > 0 || draft.functions.has("as_user") || pieces.some(({ lines }) => lines.join("").includes(STAGING));
  const head = [
    "set -e",
    ...(draft.ran ? ["exec </dev/null  # nobody answers questions during a build"] : []),
    ...proxyLines(draft),
    "",
    ...functionLines(draft.functions),
  ];
  return [
    { lines: ["%post", ...head.map(indented)] },
    ...(pieces[0]?.lines[0] === "" ? [{ ...pieces[0], lines: pieces[0].lines.slice(1) }, ...pieces.slice(1)] : pieces),
    { lines: [...(clean ? ["", "    cd /", `    rm -rf ${STAGING}`] : []), ""] },
  ];
}

// Given by the call, seen by every RUN, and never part of the image.
function proxyLines({ job }: StageDraft): readonly string[] {
  return [...proxyVariables(job.scope.buildArgs)].map(([name, value]) => `export ${name}=${shellWord(value)}`);
}

function runtimeSections(draft: StageDraft): readonly Piece[] {
  const { environment, labels, health } = draft;
  const section = (name: string, pieces: readonly Piece[]): readonly Piece[] =>
    pieces.length === 0 ? [] : [{ lines: [`%${name}`] }, ...pieces, { lines: [""] }];
  const lines = [...labels].map(([key, { value, part }]) => ({
    lines: [`    ${labelWord(key)} ${labelValue(plainText(value))}`.trimEnd()],
    part,
  }));
  const check = health ? [{ lines: [`    ${health.value}`], part: health.part }] : [];
  if (health)
    lower(health.part, "approximated", "becomes %test, which also runs at the end of a build: --notest leaves it out");
  return [
    ...section(
      "environment",
      environment.map(({ lines: own, part }) => ({ lines: own.map((line) => `    ${line}`), part })),
    ),
    ...section("labels", lines),
    ...section("runscript", runscript(draft)),
    ...section("test", check),
  ];
}

// Names may be quoted, and one pair of quotes around a value is taken off.
function labelWord(name: string): string {
  return /^[^\s"'#%][^\s]*$/.test(name) ? plainText(name) : `"${plainText(name)}"`;
}

function labelValue(value: string): string {
  return value !== value.trim() || /^(["']).*\1$/.test(value) ? `"${value}"` : value;
}

// ENTRYPOINT, then the arguments, or CMD when there are none.
function runscript({ entrypoint, cmd }: StageDraft): readonly Piece[] {
  const pieces: Piece[] = [];
  if (cmd && cmd.value.length > 0) {
    const words = cmd.value.map(shellWord).join(" ");
    pieces.push({ lines: ["    if [ $# -eq 0 ]; then", `        set -- ${words}`, "    fi"], part: cmd.part });
    if (!entrypoint)
      lower(cmd.part, "approximated", "the base image's ENTRYPOINT, if it has one, is not run before it");
  }
  if (entrypoint && entrypoint.value.length > 0) {
    const words = entrypoint.value.map(shellWord).join(" ");
    pieces.push({ lines: [`    exec ${words} "$@"`], part: entrypoint.part });
  } else if (pieces.length > 0) {
    pieces.push({ lines: ['    exec "$@"'], part: cmd?.part });
  }
  return pieces;
}

function helpSection(draft: StageDraft): readonly Piece[] {
  const { help, cwd, user } = draft;
  const pieces: Piece[] = help.map(({ value, part }) => ({ lines: [`    ${value}`], part }));
  if (cwd && cwd.value !== "/") {
    const folder = plainText(cwd.value);
    lower(cwd.part, "approximated", `programs start in the caller's folder: give --cwd ${folder} when that matters`);
    pieces.push({ lines: [`    It was made to run in the folder ${folder}: give --cwd ${folder}.`], part: cwd.part });
  }
  if (user && !rootUser(draft)) {
    lower(user.part, "dropped", "at run time: programs run as the caller");
    pieces.push({ lines: [`    It was made to run as the user ${plainText(user.value)}.`], part: user.part });
  }
  return pieces.length === 0 ? [] : [{ lines: ["%help"] }, ...pieces, { lines: [""] }];
}
