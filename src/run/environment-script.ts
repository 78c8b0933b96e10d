// The small shell program that stands before the payload when an image brings its environment as shell code
// (/.singularity.d/env/*.sh), or when an override needs a command substitution. Pure: it is text made of data.
// The shell is the image's own; it replaces itself by the payload.

import type { AppEnvironment } from "./apps.ts";
import { DEFAULT_PATH, type EnvironmentParts, imageVariables, LIBS_DIR } from "./environment.ts";
import { isVariableName } from "./environment-host.ts";
import { doubleQuoted, singleQuoted } from "./environment-word.ts";

/** Shell code for an image, as found in it. */
export interface ImageScripts {
  /** Names in /.singularity.d/env, sorted. */
  readonly names: readonly string[];
  /** The configuration's variables are known exactly: the script that repeats them (badly quoted) is passed over. */
  readonly exactVariables: boolean;
}

const ENV_DIR = "/.singularity.d/env";
/** The script that repeats the configuration's variables. */
export const FROM_DOCKER = "10-docker2singularity.sh";
// Apptainer's way of doing what `--app` asks for.
const APPS_SCRIPT = "95-apps.sh";

/**
 * The program: sources the image's scripts, restores the host's variables that the image did not set, applies the
 * overrides and executes its arguments. It expects the environment of `scriptStart`.
 */
export function environmentScript(parts: EnvironmentParts, scripts: ImageScripts): string {
  const lines = [`: "\${UID:=${parts.uid}}" "\${EUID:=${parts.uid}}" "\${GID:=${parts.gid}}"`];
  for (const name of scripts.names) {
    if (name === APPS_SCRIPT && parts.app) continue;
    if (name === FROM_DOCKER && scripts.exactVariables) {
      for (const [key, value] of imageVariables(parts.image)) {
        // No shell can hold other names; without scripts they arrive.
        if (isVariableName(key)) lines.push(exportLine(key, singleQuoted(value)));
      }
    } else lines.push(`. ${singleQuoted(`${ENV_DIR}/${name}`)}`);
    if (name === FROM_DOCKER) lines.push(APPEND_STANDARD_DIRS);
  }
  if (parts.app) lines.push(...appLines(parts.app));
  for (const [name, value] of parts.host) {
    lines.push(`[ -n "\${${name}+x}" ] || ${exportLine(name, singleQuoted(value))}`);
  }
  lines.push(`case ":\${LD_LIBRARY_PATH:-}:" in *:${LIBS_DIR}:*) ;; *) ${LD_APPEND} ;; esac`);
  for (const [name, value] of parts.own) lines.push(exportLine(name, singleQuoted(value)));
  lines.push(overrideFunction(parts.overrides, parts.literal), 'exec "$@"');
  return `${lines.join("\n")}\n`;
}

function appLines(app: AppEnvironment): string[] {
  const lines = [...app.variables].map(([name, value]) => exportLine(name, singleQuoted(value)));
  lines.push(`export PATH=${singleQuoted(app.bin)}":$PATH"`);
  lines.push(`export LD_LIBRARY_PATH=${singleQuoted(app.lib)}"\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"`);
  return [...lines, ...app.scripts.map((path) => `. ${singleQuoted(path)}`)];
}

/** The environment that the program starts with: little, so that the image's `${X:-default}` finds nothing set. */
export function scriptStart(parts: EnvironmentParts): Map<string, string> {
  return new Map([["PATH", DEFAULT_PATH], ...parts.own]);
}

/** The program for overrides that need a shell, when everything else is already in the environment. */
export function overrideScript(overrides: ReadonlyMap<string, string>, uid: number): string {
  return `: "\${UID:=${uid}}"\n${overrideFunction(overrides, false)}\nexec "$@"\n`;
}

const LD_APPEND = `export LD_LIBRARY_PATH="\${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}${LIBS_DIR}"`;

const APPEND_STANDARD_DIRS = [
  `for berth_dir in ${DEFAULT_PATH.replaceAll(":", " ")}; do`,
  'case ":$PATH:" in *":$berth_dir:"*) ;; *) PATH="$PATH:$berth_dir" ;; esac',
  "done",
  "unset berth_dir",
  "export PATH",
].join("\n");

// A function, so that $1 in a value is not an argument of the payload.
function overrideFunction(overrides: ReadonlyMap<string, string>, literal: boolean): string {
  if (overrides.size === 0) return ":";
  const lines = [...overrides].map(([name, text]) =>
    overrideLine(name, literal ? singleQuoted(text) : doubleQuoted(text)),
  );
  return `berth_env() {\n${lines.join("\n")}\n}\nberth_env\nunset -f berth_env`;
}

function overrideLine(name: string, quoted: string): string {
  if (name === "PREPEND_PATH") return `export PATH=${quoted}":$PATH"`;
  if (name === "APPEND_PATH") return `export PATH="$PATH:"${quoted}`;
  if (name === "LD_LIBRARY_PATH") return `export LD_LIBRARY_PATH=${quoted}:${LIBS_DIR}`;
  if (name === "PREPEND_LD_LIBRARY_PATH") return `export LD_LIBRARY_PATH=${quoted}":$LD_LIBRARY_PATH"`;
  if (name === "APPEND_LD_LIBRARY_PATH") return `export LD_LIBRARY_PATH="$LD_LIBRARY_PATH:"${quoted}`;
  return exportLine(name, quoted);
}

function exportLine(name: string, quoted: string): string {
  return `export ${name}=${quoted}`;
}
