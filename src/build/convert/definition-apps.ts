// SCIF apps in a Dockerfile: their folders, files and installation, and one entry point for each (spec/apptainer.md
// section 3).

import { APP_SECTIONS, parseFiles, scriptFile } from "../../recipe/definition/index.ts";
import { appOf } from "../definition/recipe.ts";
import { copyLine } from "./definition-files.ts";
import { PARTS } from "./definition-scripts.ts";
import { heredocLines } from "./dockerfile-words.ts";
import { lower, type Piece } from "./ledger.ts";
import { joinedBody, joinedScript, type PartSection, pieceOf, type StageSections } from "./stage-sections.ts";

/** All apps of a stage. */
export function appLines(stage: StageSections): readonly Piece[] {
  const sections = stage.sections.filter(({ name }) => APP_SECTIONS.includes(name));
  const names = [...new Set(sections.map(appOf))].filter((name) => /^\w[\w.-]*$/.test(name));
  for (const section of sections) {
    if (!names.includes(appOf(section))) lower(section.part, "dropped", "that cannot be the name of an app");
  }
  return names.flatMap((name) =>
    oneApp(
      name,
      sections.filter((one) => appOf(one) === name),
      stage,
    ),
  );
}

function oneApp(name: string, sections: readonly PartSection[], stage: StageSections): readonly Piece[] {
  const folder = `/scif/apps/${name}`;
  const entry = `${PARTS}/apps/${name}`;
  const kind = (wanted: string) => sections.filter((one) => one.name === wanted);
  const note = `Docker has no apps: --entrypoint ${entry} runs this one`;
  for (const { part } of sections) lower(part, "approximated", note);
  for (const { part } of kind("applabels")) lower(part, "dropped", "an image of Docker has labels of its own only");
  const data = `/scif/data/${name}`;
  const folders = `RUN mkdir -p ${folder}/bin ${folder}/lib ${folder}/scif ${data}/input ${data}/output`;
  const run = kind("apprun").length > 0 ? `exec ${folder}/scif/runscript "$@"` : 'exec "$@"';
  const settings = [...appVariables(name, folder), joinedScript(kind("appenv")).trimEnd()].filter(
    (line) => line !== "",
  );
  const wrapper = ["#!/bin/sh", ...settings, run].join("\n");
  return [
    { lines: [folders], part: sections[0]?.part },
    ...kind("appfiles").flatMap((section) => appFiles(section, stage, folder)),
    ...installation(kind("appinstall"), appVariables(name, folder), folder),
    ...script(kind("apprun"), `${folder}/scif/runscript`),
    ...script(kind("appstart"), `${folder}/scif/startscript`),
    ...script(kind("apptest"), `${folder}/scif/test`),
    ...helpFile(kind("apphelp"), folder),
    { lines: heredocLines("COPY --chmod=755", wrapper, entry), part: (kind("appenv")[0] ?? sections[0])?.part },
  ];
}

function appFiles(section: PartSection, stage: StageSections, root: string): readonly Piece[] {
  const place = { section, stage, from: undefined, root };
  return parseFiles(stage.text, section).lines.map((line) => ({ lines: [copyLine(line, place)], part: section.part }));
}

function installation(
  sections: readonly PartSection[],
  variables: readonly string[],
  folder: string,
): readonly Piece[] {
  if (sections.length === 0) return [];
  const content = ["set -e", ...variables, `cd ${folder}`, joinedScript(sections)].join("\n");
  return [pieceOf(sections, heredocLines("RUN", content))];
}

function script(sections: readonly PartSection[], path: string): readonly Piece[] {
  const last = sections.at(-1);
  if (!last) return [];
  const content = scriptFile({ ...last, args: "", body: joinedBody(sections) });
  return [pieceOf(sections, heredocLines("COPY --chmod=755", content, path))];
}

function helpFile(sections: readonly PartSection[], folder: string): readonly Piece[] {
  if (sections.length === 0) return [];
  return [pieceOf(sections, heredocLines("COPY", joinedBody(sections), `${folder}/scif/runscript.help`))];
}

function appVariables(name: string, folder: string): readonly string[] {
  return [
    `export SCIF_APPNAME=${name} SCIF_APPROOT=${folder} SCIF_APPDATA=/scif/data/${name} SCIF_APPMETA=${folder}/scif`,
    `export PATH=${folder}/bin:$PATH LD_LIBRARY_PATH=${folder}/lib:$LD_LIBRARY_PATH`,
  ];
}
