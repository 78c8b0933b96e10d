// SCIF apps: the folders and files that the `%app…` sections of a stage come to (spec/apptainer.md section 3).

import type { ExtraEntry } from "../../image/metadata/entry.ts";
import { APP_SECTIONS, parseLabelLines, type Section, scriptFile, scriptText } from "../../recipe/definition/index.ts";
import { appOf, mergedSection, type Stage } from "./recipe.ts";

/** Folder of an app. */
export function appFolder(name: string): string {
  return `/scif/apps/${name}`;
}

/** Names of the apps, in the order in which the file names them first. */
export function appNames(stage: Stage): readonly string[] {
  return [...new Set(stage.sections.filter(({ name }) => APP_SECTIONS.includes(name)).map(appOf))];
}

/** What an app has before its %appinstall runs. */
export function appEntries(stage: Stage, name: string): readonly ExtraEntry[] {
  const folder = appFolder(name).slice(1);
  const folders = [
    ...[
      "scif",
      "scif/apps",
      "scif/data",
      folder,
      `${folder}/bin`,
      `${folder}/lib`,
      `${folder}/scif`,
      `${folder}/scif/env`,
    ],
    ...[`scif/data/${name}`, `scif/data/${name}/input`, `scif/data/${name}/output`],
  ].map((path): ExtraEntry => ({ path, type: "dir", mode: 0o755 }));
  const section = (kind: string) => mergedSection(stage, kind, name);
  const entries = [
    file(`${folder}/scif/env/01-base.sh`, baseScript(name), 0o755),
    withSection(
      section("appenv"),
      `${folder}/scif/env/90-environment.sh`,
      0o755,
      (one) => `#!/bin/sh\n${scriptText(one)}`,
    ),
    withSection(section("applabels"), `${folder}/scif/labels.json`, 0o644, (one) => labelsFile(name, one)),
    withSection(section("apprun"), `${folder}/scif/runscript`, 0o755, appScript),
    withSection(section("appstart"), `${folder}/scif/startscript`, 0o755, appScript),
    withSection(section("apptest"), `${folder}/scif/test`, 0o755, appScript),
    withSection(section("apphelp"), `${folder}/scif/runscript.help`, 0o644, scriptText),
  ];
  return [...folders, ...entries.flatMap((entry) => (entry ? [entry] : []))];
}

/** Lines of `94-appsbase.sh` for an app: where its parts are, for every program in the image. */
export function globalLines(stage: Stage, name: string): string {
  const folder = appFolder(name);
  const has = (kind: string) => mergedSection(stage, kind, name) !== undefined;
  const variables = [
    ["DATA", `/scif/data/${name}`],
    ["META", `${folder}/scif`],
    ["ROOT", folder],
    ["BIN", `${folder}/bin`],
    ["LIB", `${folder}/lib`],
    ...(has("appenv") ? [["ENV", `${folder}/scif/env/90-environment.sh`]] : []),
    ...(has("applabels") ? [["LABELS", `${folder}/scif/labels.json`]] : []),
    ...(has("apprun") ? [["RUN", `${folder}/scif/runscript`]] : []),
  ];
  // A variable's name has no dots and dashes.
  const suffix = name.replace(/\W/g, "_");
  return variables.map(([part, path]) => `export SCIF_APP${part}_${suffix}="${path}"\n`).join("");
}

/** `95-apps.sh`: what the chosen app adds to the environment. */
export const CHOSEN_APP = `#!/bin/sh
berth_app="\${APPTAINER_APPNAME:-\${SINGULARITY_APPNAME:-}}"
if [ -z "\${BERTH_CONTAINER:-}" ] && [ -n "$berth_app" ] && [ -d "/scif/apps/$berth_app" ]; then
  for berth_file in "/scif/apps/$berth_app/scif/env/"*.sh; do
    [ ! -f "$berth_file" ] || . "$berth_file"
  done
  PATH="/scif/apps/$berth_app/bin:/scif/apps/$berth_app:$PATH"
  LD_LIBRARY_PATH="/scif/apps/$berth_app/lib\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
  export PATH LD_LIBRARY_PATH
fi
unset berth_app berth_file
`;

function baseScript(name: string): string {
  const folder = appFolder(name);
  const variables = {
    SCIF_APPNAME: name,
    SCIF_APPROOT: folder,
    SCIF_APPMETA: `${folder}/scif`,
    SCIF_APPBIN: `${folder}/bin`,
    SCIF_APPLIB: `${folder}/lib`,
    SCIF_APPS: "/scif/apps",
    SCIF_DATA: "/scif/data",
    SCIF_APPDATA: `/scif/data/${name}`,
    SCIF_APPINPUT: `/scif/data/${name}/input`,
    SCIF_APPOUTPUT: `/scif/data/${name}/output`,
  };
  const lines = Object.entries(variables).map(([key, value]) => `export ${key}="${value}"\n`);
  return `#!/bin/sh\n${lines.join("")}`;
}

// The first word behind `%apprun` is the app's name, what follows belongs to the interpreter.
function appScript(section: Section): string {
  return scriptFile({ ...section, args: section.args.replace(/^\S+\s*/, "") });
}

function labelsFile(app: string, section: Section): string {
  const { labels } = parseLabelLines(section.body, { start: 0, end: section.body.length });
  const given = new Map([["SCIF_APP_NAME", app], ...labels.map(({ name, value }) => [name, value] as const)]);
  const sorted = [...given].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `${JSON.stringify(Object.fromEntries(sorted), null, "\t")}\n`;
}

function withSection(
  section: Section | undefined,
  path: string,
  mode: number,
  text: (section: Section) => string,
): ExtraEntry | undefined {
  return section && file(path, text(section), mode);
}

function file(path: string, text: string, mode: number): ExtraEntry {
  return { path, type: "file", mode, content: Buffer.from(text) };
}
