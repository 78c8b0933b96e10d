// `/.singularity.d` of an image built from a definition file (spec/apptainer.md section 2.3): what is laid down before the
// scripts run, and what the definition itself adds at the end. Pure.

import type { ExtraEntry } from "../../image/metadata/entry.ts";
import { environmentScript } from "../../image/metadata/environment.ts";
import { runscript } from "../../image/metadata/runscript.ts";
import { ACTIONS, EMPTY_SCRIPT, ENVIRONMENT } from "../../image/metadata/scripts.ts";
import type { RuntimeConfig } from "../../oci/types.ts";
import { type Section, scriptFile, scriptText } from "../../recipe/definition/index.ts";
import { appEntries, appNames, CHOSEN_APP, globalLines } from "./apps.ts";
import { type BaseMetadata, historyPath } from "./base-metadata.ts";
import type { OwnLayer } from "./layer.ts";
import { mergedSection, type Stage } from "./recipe.ts";
import { LABELS_FILE } from "./script-environment.ts";

const ROOT = ".singularity.d";

/** What every image has and the base lacks, and the apps of the stage. `config` is the base's. */
export function foundation(stage: Stage, base: BaseMetadata, config: RuntimeConfig): OwnLayer {
  const apps = appNames(stage);
  const texts = new Map<string, string>([
    ...Object.entries(ENVIRONMENT).map(([name, text]) => [`env/${name}`, text] as const),
    ["env/10-docker2singularity.sh", environmentScript(config.Env ?? [])],
    ["runscript", runscript(config)],
    ["startscript", EMPTY_SCRIPT],
    ["test", EMPTY_SCRIPT],
  ]);
  const missing = [...texts].filter(([name]) => !base.files.has(name));
  const actions = Object.entries(ACTIONS).map(([name, text]) => [`actions/${name}`, text] as const);
  const scripts = new Map([...actions, ...missing, ...(apps.length > 0 ? appScripts(stage, apps, base) : [])]);
  const entries = [
    ...["", "/actions", "/env", "/libs"].map((name): ExtraEntry => folder(`${ROOT}${name}`)),
    ...[...scripts].map(([name, text]) => file(name, text, 0o755)).sort((a, b) => (a.path < b.path ? -1 : 1)),
    ...unique(apps.flatMap((app) => appEntries(stage, app))),
  ];
  return { entries, removed: [] };
}

/** What the definition says of the image. `now` is the metadata as the scripts have left it. */
export function finish(
  stage: Stage,
  now: BaseMetadata,
  facts: {
    readonly labels: Readonly<Record<string, string>>;
    /** The definition that the base counts as when it has none: that of an image file made from a registry's image. */
    readonly origin: string | undefined;
    /** The definition file as it was read. */
    readonly definition: string;
    /** %post has written labels. */
    readonly labelsWritten: boolean;
  },
): OwnLayer {
  const earlier = now.files.get("Singularity") ?? facts.origin;
  const entries = [
    ...environmentEntry(stage, now),
    ...script(stage, "runscript"),
    ...script(stage, "startscript"),
    ...script(stage, "test"),
    ...text(mergedSection(stage, "help"), "runscript.help"),
    ...(earlier === undefined ? [] : [folder(`${ROOT}/bootstrap_history`), history(now.history, earlier)]),
    file("Singularity", facts.definition, 0o644),
    file("labels.json", `${JSON.stringify(facts.labels, null, "\t")}\n`, 0o644),
  ];
  return { entries, removed: facts.labelsWritten ? [LABELS_FILE.slice(1)] : [] };
}

function appScripts(stage: Stage, apps: readonly string[], base: BaseMetadata): [string, string][] {
  const before = base.files.get("env/94-appsbase.sh") ?? "#!/bin/sh\n";
  return [
    ["env/94-appsbase.sh", withNewline(before) + apps.map((app) => globalLines(stage, app)).join("")],
    ["env/95-apps.sh", CHOSEN_APP],
  ];
}

function environmentEntry(stage: Stage, now: BaseMetadata): ExtraEntry[] {
  const section = mergedSection(stage, "environment");
  if (!section) return [];
  const before = now.files.get("env/90-environment.sh") ?? "#!/bin/sh\n";
  return [file("env/90-environment.sh", withNewline(before) + withNewline(scriptText(section)), 0o755)];
}

function script(stage: Stage, name: string): ExtraEntry[] {
  const section = mergedSection(stage, name);
  return section ? [file(name, withNewline(scriptFile(section)), 0o755)] : [];
}

function text(section: Section | undefined, name: string): ExtraEntry[] {
  return section ? [file(name, scriptText(section), 0o644)] : [];
}

function history(number: number, definition: string): ExtraEntry {
  return { path: historyPath(number).slice(1), type: "file", mode: 0o644, content: Buffer.from(definition) };
}

function withNewline(content: string): string {
  return content === "" || content.endsWith("\n") ? content : `${content}\n`;
}

function folder(path: string): ExtraEntry {
  return { path, type: "dir", mode: 0o755 };
}

function file(name: string, content: string, mode: number): ExtraEntry {
  return { path: `${ROOT}/${name}`, type: "file", mode, content: Buffer.from(content) };
}

function unique(entries: readonly ExtraEntry[]): ExtraEntry[] {
  return [...new Map(entries.map((entry) => [entry.path, entry])).values()];
}
