// Parts of a section `node` that stand there more than once: paths, volumes, variables. What is wrong is collected.

import { BerthError } from "../base/errors.ts";
import type { Path } from "./config-document.ts";
import type { Findings } from "./findings.ts";
import type { EnvironmentChanges } from "./node-config.ts";
import type { ChangesFile } from "./node-schema.ts";
import { parseSiteVolumes } from "./volume.ts";
import type { Volume } from "./volume-types.ts";

/** A path of the node, or what is wrong with it. Relative ones would begin at a directory that others choose. */
export function absolute(text: string | undefined, path: Path, found: Findings): string | undefined {
  if (text === undefined) return undefined;
  if (!text.startsWith("/") || text.split("/").includes("..") || /[\x00-\x1f\x7f\ufffd]/.test(text))
    found.wrong(path, `is no absolute path without .. and control characters: ${text}`, "begin it with /");
  return text === "/" ? text : text.replace(/\/+$/, "");
}

/** The volumes of a list of a site. */
export function resolveVolumes(texts: readonly string[] = [], path: Path, found: Findings): readonly Volume[] {
  return texts.flatMap((text, index) => {
    try {
      return parseSiteVolumes(text);
    } catch (error) {
      if (!(error instanceof BerthError)) throw error;
      found.wrong([...path, index], `is of no use: ${error.message}`, error.hint ?? "");
      return [];
    }
  });
}

/** Changes of the environment; variables without a value are left out, as Shifter does. */
export function resolveChanges(file: ChangesFile = {}, path: Path, found: Findings): EnvironmentChanges {
  const pairs = (key: "set" | "append" | "prepend") =>
    (file[key] ?? []).flatMap((text, index) => {
      const [, name, value = ""] = /^([^=\s]+)=(.*)$/s.exec(text) ?? [];
      if (name === undefined || value.includes("\0"))
        found.wrong([...path, key, index], `is no variable: ${text}`, "write NAME=VALUE");
      else if (value === "") found.odd([...path, key, index], `sets ${name} to nothing; it is left out`);
      else return [[name, value] as const];
      return [];
    });
  const unset = (file.unset ?? []).map((name) => name.replace(/=.*$/, ""));
  return { set: pairs("set"), append: pairs("append"), prepend: pairs("prepend"), unset };
}
