// The environment of the scripts: %post, %appinstall and %test in the image, %pre and %setup on the host (spec/apptainer.md
// section 3: like `exec --cleanenv`, so that a build does not depend on who starts it).

import { DEFAULT_PATH, imageVariables, withStandardDirs } from "../../run/environment.ts";
import type { RunStep } from "../types.ts";

/** Where %post may write code for the environment of the image. */
const ENVIRONMENT_FILE = "/.singularity.d/env/91-environment.sh";
/** Where %post may write labels; gone afterwards. */
export const LABELS_FILE = "/.build.labels";

const PROXIES = ["http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "no_proxy"];
const PASSED = ["TERM", ...PROXIES, ...PROXIES.map((name) => name.toUpperCase())];

/** Variables of a program in the image; those of the caller's machine are hidden from the cache. */
export function imageEnvironment(
  image: readonly string[],
  caller: Readonly<Record<string, string | undefined>>,
): Pick<RunStep, "env" | "hidden"> {
  const variables = new Map(imageVariables(image));
  const env: Record<string, string> = { LANG: "C", ...Object.fromEntries(variables) };
  env["PATH"] = withStandardDirs(variables.get("PATH") || DEFAULT_PATH);
  env["HOME"] = "/root";
  for (const prefix of ["APPTAINER", "SINGULARITY"]) {
    env[`${prefix}_ENVIRONMENT`] = ENVIRONMENT_FILE;
    env[`${prefix}_LABELS`] = LABELS_FILE;
  }
  const hidden: string[] = [];
  for (const name of PASSED) {
    const value = caller[name];
    if (value === undefined || variables.has(name)) continue;
    env[name] = value;
    hidden.push(name);
  }
  return { env, hidden };
}

/** Variables of %pre and %setup; `{root}` stands for the mounted image. */
export function hostEnvironment(caller: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(caller)) {
    if (value !== undefined && !/^(APPTAINER|SINGULARITY|BERTH)/.test(name)) env[name] = value.replaceAll("{root}", "");
  }
  return { ...env, APPTAINER_ROOTFS: "{root}", SINGULARITY_ROOTFS: "{root}" };
}

/** Puts the image's own environment scripts before a program. */
export function withEnvironmentScripts(argv: readonly string[]): readonly string[] {
  const source = 'for berth_file in /.singularity.d/env/*.sh; do [ ! -f "$berth_file" ] || . "$berth_file"; done';
  return ["/bin/sh", "-c", `${source}; unset berth_file; exec "$@"`, "berth", ...argv];
}
