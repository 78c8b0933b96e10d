// `%setup` and `%post`: what changes the image while it is built.

import { scriptOptions } from "../../recipe/definition/index.ts";
import { copyWords, heredocLines } from "./dockerfile-words.ts";
import { failAt } from "./errors.ts";
import { lower, type Piece } from "./ledger.ts";
import { setupLine } from "./setup-copies.ts";
import {
  joinedBody,
  joinedScript,
  type PartSection,
  pieceOf,
  type StageSections,
  sectionsOf,
} from "./stage-sections.ts";

/** Folder of the image that holds what Docker has no place for. */
export const PARTS = "/.recipe";
/** What `%post` writes for the environment of the image. */
export const POST_ENVIRONMENT = `${PARTS}/post-environment.sh`;

/** True when `%post` may write code for the environment. */
export function writesEnvironment(stage: StageSections): boolean {
  return /(?:APPTAINER|SINGULARITY)_ENVIRONMENT/.test(joinedBody(sectionsOf(stage, "post")));
}

/** `%post` as one RUN. */
export function postLines(stage: StageSections): readonly Piece[] {
  const sections = sectionsOf(stage, "post");
  const last = sections.at(-1);
  if (!last) return [];
  const script = [...postHead(stage, last), joinedScript(sections)].join("\n");
  // A definition's scripts run as root whatever the base's USER is.
  const lines = ["USER 0", ...heredocLines("RUN", script)];
  return [pieceOf(sections, lines)];
}

function postHead(stage: StageSections, section: PartSection): readonly string[] {
  const { interpreter, options } = scriptOptions(section);
  const uses = (name: string) => joinedBody(sectionsOf(stage, "post")).includes(name);
  const lines = interpreter ? [`#!${interpreter.join(" ")}`] : ["set -e"];
  if (options.length > 0 && !interpreter) lines.push(`set ${options.join(" ")}`);
  lines.push("cd /");
  if (writesEnvironment(stage)) {
    lower(
      section.part,
      "approximated",
      "the environment it writes is set by the entry point; docker exec does not see it",
    );
    lines.push(
      `mkdir -p ${PARTS}`,
      `export APPTAINER_ENVIRONMENT=${POST_ENVIRONMENT} SINGULARITY_ENVIRONMENT=${POST_ENVIRONMENT}`,
    );
  }
  if (uses("APPTAINER_LABELS") || uses("SINGULARITY_LABELS")) {
    lower(section.part, "dropped", "labels that a script writes: add them with docker build --label");
    lines.push("export APPTAINER_LABELS=/dev/null SINGULARITY_LABELS=/dev/null");
  }
  return lines;
}

/** A `%setup` that only copies into the image. @throws E_CONVERT_REFUSED at the first line that does more */
export function setupLines(stage: StageSections): readonly Piece[] {
  return sectionsOf(stage, "setup").flatMap((section) => {
    let at = section.bodyRange.start;
    return section.body.split("\n").flatMap((line): readonly Piece[] => {
      const range = { start: at + (line.length - line.trimStart().length), end: at + line.trimEnd().length };
      at += line.length + 1;
      const found = setupLine(line);
      if (!found) {
        throw failAt("E_CONVERT_REFUSED", stage.place(range), {
          what: "%setup",
          why: "it runs on the machine that builds, which a Dockerfile cannot do; only cp, mkdir and touch into the image can be carried over",
          hint: "move what belongs into the image to %post or %files",
        });
      }
      return found.map((one) => {
        if (one.kind === "run") return { lines: [`RUN ${one.command}`], part: section.part };
        lower(section.part, "approximated", "the copied files must lie in the build context");
        const sources = one.sources.map((path) => path.replace(/^\/+/, ""));
        return { lines: [`COPY ${copyWords([...sources, one.destination])}`], part: section.part };
      });
    });
  });
}
