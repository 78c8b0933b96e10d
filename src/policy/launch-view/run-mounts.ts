// Mounts of run lines: each tool writes them in its own way, and some take them from variables.

import type { Range } from "../../base/source.ts";
import type { RunLine } from "../../recipe/runline/index.ts";
import { mountOfFields, mountOfWord } from "./spec-words.ts";
import type { LaunchMount } from "./types.ts";

/** The mounts that a run line in a text asks for; unknown variables stay in them as they are written. */
export function runMounts(text: string, line: RunLine): readonly LaunchMount[] {
  const written = (range: Range | undefined) => range && text.slice(range.start, range.end).replace(/["']/g, "");
  const ofOptions = line.options.flatMap(({ name, value, valueRange, range }) => {
    const known = value ?? written(valueRange);
    return known === undefined ? [] : mountsOf(line.tool, name, known, valueRange ?? range);
  });
  const ofVariables = line.environment.flatMap(({ name, value, valueRange, range }) => {
    const known = BIND_VARIABLE.test(name) ? (value ?? written(valueRange)) : undefined;
    return known === undefined ? [] : bindList(known, valueRange ?? range);
  });
  return [...ofOptions, ...ofVariables];
}

const BIND_VARIABLE = /^(APPTAINER|SINGULARITY)_BIND(PATH)?$/;

function mountsOf(tool: RunLine["tool"], name: string, value: string, range: Range): readonly LaunchMount[] {
  switch (tool) {
    case "apptainer":
    case "singularity":
      if (name === "bind") return bindList(value, range);
      return name === "mount" ? [mountOfFields(value, range)] : [];
    case "shifter":
      return name === "volume"
        ? value
            .split(";")
            .filter(Boolean)
            .map((part) => pair(part, range))
        : [];
    case "ch-run":
      return name === "bind" ? [pair(value, range)] : [];
    default:
      if (name === "volume") return [mountOfWord(value, range)];
      if (name === "mount") return [mountOfFields(value, range)];
      return name === "tmpfs"
        ? [{ range, kind: "tmpfs", source: undefined, target: value.split(":")[0] ?? "", readOnly: false }]
        : [];
  }
}

// `SOURCE[:TARGET[:OPTIONS]]`, one after the other behind commas; options have commas, too, but are known words.
function bindList(text: string, range: Range): readonly LaunchMount[] {
  const parts: string[] = [];
  for (const part of text.split(","))
    if (/^(ro|rw|image-src=.*|id=.*)$/.test(part) && parts.length > 0) parts[parts.length - 1] += `,${part}`;
    else if (part !== "") parts.push(part);
  return parts.map((part) => pair(part, range));
}

function pair(text: string, range: Range): LaunchMount {
  const [source = "", target = source, options = ""] = text.split(":");
  return { range, kind: "bind", source, target, readOnly: options.split(",").includes("ro") };
}
