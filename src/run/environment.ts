// The environment of the payload (spec/apptainer.md 1.4, without its defects: what an image sets arrives byte for byte).
// Pure: the parts come in as data, and a Map comes out. Images that bring shell code for their environment are the
// business of environment-script.ts, which starts from the same parts.

import type { AppEnvironment } from "./apps.ts";
import { expandWord } from "./environment-word.ts";

/** What an environment is made of; later parts win over earlier ones. */
export interface EnvironmentParts {
  /** Filtered variables of the host. */
  readonly host: ReadonlyMap<string, string>;
  /** `NAME=VALUE` lines of the image's configuration. */
  readonly image: readonly string[];
  /** What berth itself says: HOME, BERTH_CONTAINER, … */
  readonly own: ReadonlyMap<string, string>;
  readonly overrides: ReadonlyMap<string, string>;
  /** `--no-eval`: overrides are taken as they are. */
  readonly literal: boolean;
  readonly uid: number;
  readonly gid: number;
  /** What `--app` adds behind the image's own. */
  readonly app?: AppEnvironment | undefined;
}

/** An environment, and the overrides that only a shell in the container can evaluate. */
export interface Composed {
  readonly env: Map<string, string>;
  readonly needShell: ReadonlyMap<string, string>;
}

export const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/** Where host libraries (GPU drivers) are bound to; always searched last. */
export const LIBS_DIR = "/.singularity.d/libs";

/** Puts the parts together without a shell. */
export function composeEnvironment(parts: EnvironmentParts): Composed {
  const env = new Map(parts.host);
  for (const [name, value] of imageVariables(parts.image)) env.set(name, value);
  env.set("PATH", withStandardDirs(env.get("PATH") || DEFAULT_PATH));
  env.set("LD_LIBRARY_PATH", joinPath(env.get("LD_LIBRARY_PATH"), LIBS_DIR));
  if (parts.app) addApp(env, parts.app);
  for (const [name, value] of parts.own) env.set(name, value);
  const needShell = new Map<string, string>();
  for (const [name, text] of parts.overrides) {
    const value = parts.literal ? text : expandWord(text, (key) => env.get(key) ?? shellVariable(key, parts));
    // The order of evaluation is that of the overrides: after the first that needs a shell, all go there.
    if (value === undefined || needShell.size > 0) needShell.set(name, text);
    else applyOverride(env, name, value);
  }
  return { env, needShell };
}

/** The variables of an image's configuration; a line without `=` sets an empty value, as with Docker. */
export function imageVariables(lines: readonly string[]): [string, string][] {
  return lines
    .filter((line) => line !== "" && !line.startsWith("="))
    .map((line) => {
      const equals = line.indexOf("=");
      return equals < 0 ? [line, ""] : [line.slice(0, equals), line.slice(equals + 1)];
    });
}

/** The PATH with the standard directories that it lacks at its end. */
export function withStandardDirs(path: string): string {
  const dirs = path.split(":");
  return [...dirs, ...DEFAULT_PATH.split(":").filter((dir) => !dirs.includes(dir))].join(":");
}

function addApp(env: Map<string, string>, app: AppEnvironment): void {
  for (const [name, value] of app.variables) env.set(name, value);
  env.set("PATH", joinPath(app.bin, env.get("PATH")));
  env.set("LD_LIBRARY_PATH", joinPath(app.lib, env.get("LD_LIBRARY_PATH")));
}

function applyOverride(env: Map<string, string>, name: string, value: string): void {
  if (name === "PREPEND_PATH") env.set("PATH", joinPath(value, env.get("PATH")));
  else if (name === "APPEND_PATH") env.set("PATH", joinPath(env.get("PATH"), value));
  else if (name === "PREPEND_LD_LIBRARY_PATH") env.set("LD_LIBRARY_PATH", joinPath(value, env.get("LD_LIBRARY_PATH")));
  else if (name === "APPEND_LD_LIBRARY_PATH") env.set("LD_LIBRARY_PATH", joinPath(env.get("LD_LIBRARY_PATH"), value));
  else if (name === "LD_LIBRARY_PATH") env.set(name, joinPath(value, LIBS_DIR));
  else env.set(name, value);
}

function joinPath(first: string | undefined, second: string | undefined): string {
  return [first, second].filter((part) => part).join(":");
}

// Variables that every bash has though they are not exported.
function shellVariable(name: string, parts: EnvironmentParts): string | undefined {
  if (name === "UID" || name === "EUID") return String(parts.uid);
  return name === "GID" ? String(parts.gid) : undefined;
}
