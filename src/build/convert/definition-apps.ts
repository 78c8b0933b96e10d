// SCIF apps in a Dockerfile: their folders, files and installation, and one entry point for each (spec/apptainer.md
// section 3).

import { APP_SECTIONS, parseFiles, scriptFile } from "../../recipe/definition/index.ts";
import { appOf } from "../definition/recipe.ts";
import { copyLine } from "./definition-files.ts";
import { PARTS } from "./definition-scripts.ts";
import { heredocLines } from "./dockerfile-words.ts";
import { lower, type Piece } from "./ledger.ts";
import { joinedBody, type PartSection, pieceOf, type StageSections } from "./stage-sections.ts";

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
  for (const { part } of sections)
    lower(part, "approximated", `Docker has no apps: --entrypoint ${entry} runs this one`);
  const settings = appVariables(name, folder);
  const prepare = [
    `RUN mkdir -p ${folder}/bin ${folder}/lib ${folder}/scif /scif/data/${name}/input /scif/data/${name}/output`,
  ];
  const files = kind("appfiles").flatMap((section) =>
    parseFiles(stage.text, section).lines.map((line) => ({
      lines: [copyLine(line, { section, stage, from: undefined, root: folder })],
      part: section.part,
    })),
  );
  const install = kind("appinstall");
  const installLines = heredocLines("RUN", ["set -e", ...settings, `cd ${folder}`, joinedBody(install)].join("\n"));
  const script = (wanted: string, path: string) => {
    const found = kind(wanted);
    const last = found.at(-1);
    if (!last) return [];
    const content = scriptFile({ ...last, args: "", body: joinedBody(found) });
    return [pieceOf(found, heredocLines("COPY --chmod=755", content, path))];
  };
  const environment = kind("appenv");
  const run = kind("apprun").length > 0 ? `exec ${folder}/scif/runscript "$@"` : 'exec "$@"';
  const wrapper = ["#!/bin/sh", ...settings, joinedBody(environment).trimEnd(), run].filter((line) => line !== "");
  for (const { part } of kind("applabels")) lower(part, "dropped", "an image of Docker has labels of its own only");
  return [
    { lines: prepare, part: sections[0]?.part },
    ...files,
    ...(install.length > 0 ? [pieceOf(install, installLines)] : []),
    ...script("apprun", `${folder}/scif/runscript`),
    ...script("appstart", `${folder}/scif/startscript`),
    ...script("apptest", `${folder}/scif/test`),
    ...helpFile(kind("apphelp"), folder),
    { lines: heredocLines("COPY --chmod=755", wrapper.join("\n"), entry), part: (environment[0] ?? sections[0])?.part },
  ];
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
