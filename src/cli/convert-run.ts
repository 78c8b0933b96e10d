// What `berth convert` does: reads the recipe, has it converted, and shows recipe and report.

import { readFile, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { defineErrors, errnoOf, reasonOf } from "../base/errors.ts";
import type { SourceText } from "../base/source.ts";
import {
  type Conversion,
  contextFolder,
  exitStatus,
  reportTable,
  toDefinition,
  toDockerfile,
  worstOf,
} from "../build/convert/index.ts";
import { parseAssignments } from "../build/dockerfile/call-flags.ts";
import { hostPlatform } from "../oci/platform.ts";
import { parseDockerfile } from "../recipe/dockerfile/parse.ts";
import { recipeKind } from "../recipe/recipe-kind.ts";
import type { Context } from "./context.ts";
import { print } from "./output.ts";
import { writeError } from "./terminal-log.ts";

const fail = defineErrors({
  E_CONVERT_READ: { text: "cannot read {path}: {reason}", hint: "name a Dockerfile or a definition file" },
  E_CONVERT_KIND: {
    text: "{path} is neither a Dockerfile nor a definition file",
    hint: "a Dockerfile begins with FROM or ARG, a definition file with Bootstrap:",
  },
  E_CONVERT_TO: { text: "{path} cannot be converted to {to}", hint: "{hint}" },
  E_CONVERT_WRITE: { text: "cannot write {path}: {reason}", hint: "{hint}" },
});

/** What the command line says. */
export interface ConvertWishes {
  readonly to: string | undefined;
  readonly output: string | undefined;
  readonly force: boolean;
  readonly json: boolean;
  readonly buildArgs: readonly string[];
  readonly context: string | undefined;
  readonly target: string | undefined;
}

/** Converts a recipe. @throws E_CONVERT_… and what the conversion throws */
export async function convert(path: string, wishes: ConvertWishes, context: Context): Promise<void> {
  const source = await readSource(path);
  const conversion = converted(source, path, wishes, context.env);
  const worst = worstOf(conversion.rows);
  if (wishes.output !== undefined) await writeRecipe(wishes.output, conversion.text, wishes.force);
  if (wishes.json) print(`${JSON.stringify({ ...conversion, worst }, undefined, 2)}\n`);
  else {
    if (wishes.output === undefined) print(conversion.text);
    if (context.verbosity.level !== "silent") writeError(reportTable(conversion));
  }
  process.exitCode = exitStatus(worst);
}

async function readSource(path: string): Promise<SourceText> {
  try {
    return { name: path, text: await readFile(path, "utf8") };
  } catch (cause) {
    const known: Readonly<Record<string, string>> = { ENOENT: "it does not exist", EISDIR: "it is a folder" };
    const reason = known[errnoOf(cause) ?? ""] ?? reasonOf(cause);
    throw fail("E_CONVERT_READ", { path, reason }, { cause });
  }
}

function converted(source: SourceText, path: string, wishes: ConvertWishes, env: Context["env"]): Conversion {
  const kind = recipeKind(source.text);
  if (kind === undefined) throw fail("E_CONVERT_KIND", { path });
  const wanted = { definition: "dockerfile", dockerfile: "def" }[kind];
  const { to = wanted } = wishes;
  if (to !== wanted) {
    const hint = to === "def" || to === "dockerfile" ? "it already is one" : "known are def and dockerfile";
    throw fail("E_CONVERT_TO", { path, to, hint });
  }
  const context = contextFolder(resolve(wishes.context ?? dirname(path)), resolve(path));
  const given = parseAssignments(wishes.buildArgs, env);
  if (kind === "definition") return toDockerfile({ source, arguments: given, context });
  const file = parseDockerfile(source);
  return toDefinition({ file, context, buildArgs: given, target: wishes.target, platform: hostPlatform() });
}

async function writeRecipe(path: string, text: string, force: boolean): Promise<void> {
  try {
    await writeFile(path, text, { flag: force ? "w" : "wx" });
  } catch (cause) {
    const exists = errnoOf(cause) === "EEXIST";
    const hint = exists ? "give --force to replace it" : "check the folder and its permissions";
    throw fail("E_CONVERT_WRITE", { path, reason: exists ? "it exists" : reasonOf(cause), hint }, { cause });
  }
}
