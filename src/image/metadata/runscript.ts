// `/.singularity.d/runscript` of an OCI image: ENTRYPOINT and CMD with Docker's rules (spec/apptainer.md section 1.5).

import type { RuntimeConfig } from "../../oci/types.ts";
import { shellQuote } from "./quote.ts";

/**
 * The script: ENTRYPOINT, then the arguments, or CMD when there are none. Words and arguments pass unchanged; nothing is
 * evaluated a second time.
 */
export function runscript(config: RuntimeConfig): string {
  const entrypoint = config.Entrypoint ?? [];
  const cmd = config.Cmd ?? [];
  const lines = ["#!/bin/sh"];
  if (cmd.length > 0) lines.push("if [ $# -eq 0 ]; then", `  set -- ${words(cmd)}`, "fi");
  if (entrypoint.length > 0) lines.push(`set -- ${words(entrypoint)} "$@"`);
  else if (cmd.length === 0) lines.push(...NO_PROGRAM);
  return [...lines, 'exec "$@"', ""].join("\n");
}

const NO_PROGRAM = [
  "if [ $# -eq 0 ]; then",
  "  echo 'This image names no program to run (it has no ENTRYPOINT and no CMD); say one after the image.' >&2",
  "  exit 127",
  "fi",
];

function words(list: readonly string[]): string {
  return list.map(shellQuote).join(" ");
}
