// The program that is started and the environment it gets: entry table and environment brought together. Pure.

import { defineErrors } from "../base/errors.ts";
import { isDefinitionImage } from "../image/definition-mark.ts";
import { dockerEntry, type Entry, runEntry, shellEntry, startEntry, testEntry } from "./entrypoint.ts";
import { composeEnvironment, DEFAULT_PATH, type EnvironmentParts, imageVariables } from "./environment.ts";
import {
  environmentScript,
  FROM_DOCKER,
  type ImageScripts,
  overrideScript,
  scriptStart,
} from "./environment-script.ts";
import { info, type Note, warning } from "./notes.ts";
import type { PayloadFacts } from "./payload-plan.ts";
import type { LaunchRequest } from "./request.ts";

const fail = defineErrors({
  E_NO_SHELL_EVAL: {
    text: "the value of {name} needs a shell to be evaluated, and {image} has no /bin/sh",
    hint: "give the finished value, or use --no-eval to pass it as it is",
  },
});

/** What is executed, with which environment. */
export interface Payload {
  readonly argv: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly notes: readonly Note[];
}

/** The words that the command stands for. @throws E_RUN_NOTHING */
export function chooseEntry(request: LaunchRequest, image: PayloadFacts, path: string): Entry {
  switch (request.command) {
    case "exec":
      return { argv: request.args, notes: [] };
    case "shell":
      return shellEntry(image, request.shell);
    case "test":
      return testEntry(image, request.args);
    case "start":
      return startEntry(image, request.args);
    case "run":
      return request.docker ? dockerEntry(image.config, request.args, path) : runEntry(image, request.args);
  }
}

/** Composes the environment, and puts the image's shell before the program when there is no other way. @throws E_NO_SHELL_EVAL */
export function composePayload(entry: Entry, image: PayloadFacts, parts: EnvironmentParts, path: string): Payload {
  const notes = entry.notes.map(info);
  if (entry.argv.length === 0) return { argv: [], env: new Map(), notes };
  const scripts = scriptsFor(image, parts);
  if (scripts.names.length > 0 && image.hasShell) {
    const program = environmentScript(parts, scripts);
    return { argv: withShell(image, program, entry.argv), env: scriptStart(parts), notes };
  }
  if (scripts.names.length > 0) {
    notes.push(warning(`${path} sets its environment by shell scripts but has no /bin/sh; they are passed over`));
  }
  const { env, needShell } = composeEnvironment(parts);
  if (needShell.size === 0) return { argv: entry.argv, env, notes };
  const [name = ""] = needShell.keys();
  if (!image.hasShell) throw fail("E_NO_SHELL_EVAL", { name, image: path });
  return { argv: withShell(image, overrideScript(needShell, parts.uid), entry.argv), env, notes };
}

function scriptsFor(image: PayloadFacts, parts: EnvironmentParts): ImageScripts {
  const names = image.envScripts;
  // An app's scripts stand behind the image's variables, which then have to come by the shell as well.
  if (names.length === 0 && parts.app?.scripts.length) return { names: [FROM_DOCKER], exactVariables: true };
  // An image built from a definition file may have begun as one whose variables stand in the script alone.
  return { names, exactVariables: image.config !== undefined && !isDefinitionImage(image.config) };
}

/** The environment of `--docker`: what Docker gives, and nothing else. */
export function dockerEnvironment(
  image: PayloadFacts,
  facts: { readonly home: string; readonly hostname: string; readonly terminal: boolean },
  overrides: ReadonlyMap<string, string>,
): Map<string, string> {
  const env = new Map([
    ["PATH", DEFAULT_PATH],
    ["HOSTNAME", facts.hostname],
  ]);
  if (facts.terminal) env.set("TERM", "xterm");
  env.set("HOME", facts.home);
  for (const [name, value] of imageVariables(image.config?.Env ?? [])) env.set(name, value);
  for (const [name, value] of overrides) env.set(name, value);
  return env;
}

// Scripts in the wild use what bash adds to sh; Apptainer reads them with an interpreter of bash's language.
function withShell(image: PayloadFacts, program: string, argv: readonly string[]): string[] {
  // Without --norc a bash whose input is a socket (a rank of an MPI job) would read ~/.bashrc.
  const shell = image.hasBash ? ["/bin/bash", "--norc"] : ["/bin/sh"];
  return [...shell, "-c", program, "berth", ...argv];
}
