// The variables by which a program learns that it runs in a container, and in which (spec/apptainer.md 1.4, "Always
// present"). Apptainer's names stand beside berth's, since scripts ask for them. Pure.

import { basename } from "node:path";
import type { Environment } from "../platform/user.ts";
import { DEFAULT_PATH } from "./environment.ts";
import type { LaunchRequest } from "./request.ts";

/** The variables; `imagePath` is absolute, `home` the directory in the container. */
export function ownVariables(
  request: LaunchRequest,
  imagePath: string,
  home: string,
  cwd: string | undefined,
  host: Environment,
): Map<string, string> {
  const binds = request.binds.map((bind) => bind.target).join(",");
  const twins: [string, string][] = [
    ["CONTAINER", imagePath],
    ["NAME", basename(imagePath)],
    ["BIND", binds],
    ["ENVIRONMENT", "/.singularity.d/env/91-environment.sh"],
  ];
  const own = new Map<string, string>([["HOME", home]]);
  for (const prefix of ["BERTH_", "APPTAINER_", "SINGULARITY_"]) {
    for (const [name, value] of twins) own.set(prefix + name, value);
  }
  own.set("BERTH_COMMAND", request.command).set("APPTAINER_COMMAND", request.command);
  const app = request.app ?? "";
  own.set("BERTH_APPNAME", app).set("APPTAINER_APPNAME", app);
  if (request.instance !== undefined) {
    for (const prefix of ["BERTH_", "APPTAINER_", "SINGULARITY_"]) own.set(`${prefix}INSTANCE`, request.instance);
  }
  if (request.noEval) own.set("BERTH_NO_EVAL", "1").set("APPTAINER_NO_EVAL", "1");
  own.set("PS1", "berth> ").set("PROMPT_COMMAND", 'PS1="berth> "; unset PROMPT_COMMAND');
  if (!request.cleanEnv) own.set("USER_PATH", [host["PATH"], DEFAULT_PATH].filter(Boolean).join(":"));
  if (cwd !== undefined) own.set("PWD", cwd);
  return own;
}
