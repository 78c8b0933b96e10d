// What a launch needs to know of an image's files, read once through whatever view of the image there is, and kept
// beside the shared mount: the second start of an image reads one small file instead.

import { isDefinitionImage } from "../image/definition-mark.ts";
import type { RuntimeConfig } from "../oci/types.ts";
import { type Apps, readApps } from "./apps.ts";
import { isGeneratedRunscript, type RunscriptKind } from "./entrypoint.ts";

/** A way to look into an image. Links are followed inside the image, never out of it. */
export interface ImageView {
  /** Content of a regular file of at most `maxBytes`; undefined when there is no such file. */
  readText(path: string, maxBytes: number): Promise<string | undefined>;
  kind(path: string): Promise<"file" | "dir" | "other" | undefined>;
  /** Names in a directory; empty when there is none. */
  list(path: string): Promise<readonly string[]>;
}

export interface ImageFacts {
  readonly config: RuntimeConfig | undefined;
  /** Names in /.singularity.d/env that have to be sourced by a shell; none for images that berth made from OCI. */
  readonly envScripts: readonly string[];
  readonly runscript: RunscriptKind;
  readonly testscript: boolean;
  readonly startscript: boolean;
  readonly apps: Apps;
  readonly hasShell: boolean;
  readonly hasBash: boolean;
  readonly passwd: string;
  readonly group: string;
}

const MAX_ACCOUNT_BYTES = 1024 * 1024;
const MAX_SCRIPT_BYTES = 1024 * 1024;
const ENV_DIR = "/.singularity.d/env";

/**
 * Reads the facts. `exact` says that berth made the image from OCI, so that `config` alone tells its environment and
 * what it runs.
 */
export async function readImageFacts(
  view: ImageView,
  config: RuntimeConfig | undefined,
  exact: boolean,
): Promise<ImageFacts> {
  const [passwd, group, shell, bash] = await Promise.all([
    view.readText("/etc/passwd", MAX_ACCOUNT_BYTES),
    view.readText("/etc/group", MAX_ACCOUNT_BYTES),
    view.kind("/bin/sh"),
    view.kind("/bin/bash"),
  ]);
  const scripts = await readScriptFacts(view, config, exact);
  const apps = await readApps(view, hasCode);
  const hasShell = shell === "file";
  return { config, ...scripts, apps, hasShell, hasBash: bash === "file", passwd: passwd ?? "", group: group ?? "" };
}

async function readScriptFacts(view: ImageView, config: RuntimeConfig | undefined, exact: boolean): Promise<Scripts> {
  if (exact && !isDefinitionImage(config)) return extraScripts(view);
  const scripts = await readScripts(view, config);
  return exact ? { ...scripts, envScripts: await neededScripts(view, config, scripts.envScripts) } : scripts;
}

type Scripts = Pick<ImageFacts, "envScripts" | "runscript" | "testscript" | "startscript">;

const FROM_CONFIG = "10-docker2singularity.sh";
// What berth itself puts into an image: the configuration says the same.
const STANDARD = new Set([
  ...["01-base.sh", FROM_CONFIG, "90-environment.sh", "91-environment.sh"],
  ...["94-appsbase.sh", "95-apps.sh", "99-base.sh", "99-runtimevars.sh"],
]);

// Those of them that a definition file may fill.
const FREE = new Set([FROM_CONFIG, "90-environment.sh", "91-environment.sh", "94-appsbase.sh", "95-apps.sh"]);

// Layers may bring scripts of their own; only then does an image made from OCI need a shell.
async function extraScripts(view: ImageView): Promise<Scripts> {
  const extra = (await scriptNames(view)).filter((name) => !STANDARD.has(name));
  const envScripts = extra.length > 0 ? [...extra, FROM_CONFIG].sort() : [];
  return { envScripts, runscript: "none", testscript: false, startscript: false };
}

// Most definition files have no %environment: then the configuration says it all, and no shell has to be started.
async function neededScripts(
  view: ImageView,
  config: RuntimeConfig | undefined,
  names: readonly string[],
): Promise<readonly string[]> {
  const { environmentScript } = await import("../image/metadata/environment.ts");
  for (const name of names) {
    if (!STANDARD.has(name)) return names;
    if (!FREE.has(name)) continue;
    const text = await view.readText(`${ENV_DIR}/${name}`, MAX_SCRIPT_BYTES);
    if (name === FROM_CONFIG && text === environmentScript(config?.Env ?? [])) continue;
    if (text === undefined || hasCode(text)) return names;
  }
  return [];
}

async function scriptNames(view: ImageView): Promise<string[]> {
  return (await view.list(ENV_DIR)).filter((name) => name.endsWith(".sh")).sort();
}

async function readScripts(view: ImageView, config: RuntimeConfig | undefined): Promise<Scripts> {
  const names = await scriptNames(view);
  const runscript = await view.readText("/.singularity.d/runscript", MAX_SCRIPT_BYTES);
  const testscript = await view.readText("/.singularity.d/test", MAX_SCRIPT_BYTES);
  const startscript = await view.readText("/.singularity.d/startscript", MAX_SCRIPT_BYTES);
  return {
    envScripts: names,
    runscript: runscriptKind(runscript, config),
    testscript: testscript !== undefined && hasCode(testscript),
    startscript: startscript !== undefined && hasCode(startscript),
  };
}

function runscriptKind(text: string | undefined, config: RuntimeConfig | undefined): RunscriptKind {
  if (text === undefined) return "none";
  if (!isGeneratedRunscript(text)) return "written";
  return config === undefined ? "generated" : "none";
}

// Every image made by Apptainer has a test script; most hold nothing but the first line.
function hasCode(script: string): boolean {
  return script.split("\n").some((line) => line.trim() !== "" && !line.trim().startsWith("#"));
}
