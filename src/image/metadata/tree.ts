// What berth adds to an image's file tree: `/.singularity.d` for other runtimes, and the mount points every runtime
// expects (spec/apptainer.md section 2.3).

import type { OciImage, RuntimeConfig } from "../../oci/types.ts";
import { isDefinitionImage } from "../definition-mark.ts";
import type { ExtraEntry } from "./entry.ts";
import { environmentScript } from "./environment.ts";
import { definitionText, imageLabels } from "./labels.ts";
import { runscript } from "./runscript.ts";
import { ACTIONS, EMPTY_SCRIPT, ENVIRONMENT } from "./scripts.ts";

const ROOT = ".singularity.d";

/** Path of the script made from the image's ENV. */
export const DOCKER_ENVIRONMENT = `${ROOT}/env/10-docker2singularity.sh`;

/**
 * Directories before their content, then files by name; all of it replaces what the layers have at these paths, but for an
 * image built from a definition file, of which only what is missing is made.
 */
export function metadataEntries(image: OciImage): ExtraEntry[] {
  const config = image.config.config ?? {};
  if (!isDefinitionImage(config)) return generatedEntries(image, config);
  // Its entry point is the runscript: one that is missing cannot be made of it.
  const { Entrypoint: _self, ...rest } = config;
  return generatedEntries(image, rest).map((entry) => ({ ...entry, ifMissing: true }));
}

function generatedEntries(image: OciImage, config: RuntimeConfig): ExtraEntry[] {
  const directories = ["", "/actions", "/env", "/libs"].map((name) => directory(`${ROOT}${name}`));
  const environment = Object.entries(ENVIRONMENT).map(([name, text]) => script(`${ROOT}/env/${name}`, text));
  const actions = Object.entries(ACTIONS).map(([name, text]) => script(`${ROOT}/actions/${name}`, text));
  const files = [
    ...actions,
    ...environment,
    script(DOCKER_ENVIRONMENT, environmentScript(config.Env ?? [])),
    file(`${ROOT}/Singularity`, definitionText(image)),
    file(`${ROOT}/labels.json`, `${JSON.stringify(imageLabels(image), null, "\t")}\n`),
    script(`${ROOT}/runscript`, runscript(config)),
    script(`${ROOT}/startscript`, EMPTY_SCRIPT),
    script(`${ROOT}/test`, EMPTY_SCRIPT),
  ];
  return [...directories, ...files.sort((a, b) => (a.path < b.path ? -1 : 1)), ...rootLinks()];
}

// Programs of the first releases called these; an image's own file of that name is left alone.
function rootLinks(): ExtraEntry[] {
  const links = [
    [".exec", "actions/exec"],
    [".run", "actions/run"],
    [".shell", "actions/shell"],
    [".test", "actions/test"],
    ["environment", "env/90-environment.sh"],
    ["singularity", "runscript"],
  ] as const;
  return links.map(([path, to]) => ({ path, type: "symlink", mode: 0o777, target: `${ROOT}/${to}`, ifMissing: true }));
}

/** Mount points and files that a runtime binds over, made where the layers leave none. */
export function ensureEntries(): ExtraEntry[] {
  const modes: Readonly<Record<string, number>> = { root: 0o700, tmp: 0o1777, "var/tmp": 0o1777 };
  const directories = ["dev", "etc", "home", "proc", "root", "sys", "tmp", "var", "var/tmp"];
  const files = ["etc/hosts", "etc/resolv.conf"];
  return [
    ...directories.map((path) => ({ ...directory(path), mode: modes[path] ?? 0o755, ifMissing: true })),
    ...files.map((path) => ({ ...file(path, ""), ifMissing: true })),
  ];
}

function directory(path: string): ExtraEntry {
  return { path, type: "dir", mode: 0o755 };
}

function script(path: string, text: string): ExtraEntry {
  return { path, type: "file", mode: 0o755, content: Buffer.from(text) };
}

function file(path: string, text: string): ExtraEntry {
  return { path, type: "file", mode: 0o644, content: Buffer.from(text) };
}
