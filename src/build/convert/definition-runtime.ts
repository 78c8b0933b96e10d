// What a definition says about running: environment, labels, scripts and help. Docker has one entry point; scripts become
// files, and a small one in front of them sets the environment where ENV cannot.

import { parseLabelLines, scriptFile } from "../../recipe/definition/index.ts";
import { constantEnvironment } from "./constant-environment.ts";
import { PARTS, POST_ENVIRONMENT, writesEnvironment } from "./definition-scripts.ts";
import { dockerValue, heredocLines } from "./dockerfile-words.ts";
import { lower, type Piece, remark } from "./ledger.ts";
import {
  joinedBody,
  joinedScript,
  type PartSection,
  pieceOf,
  type StageSections,
  sectionsOf,
} from "./stage-sections.ts";

const ENVIRONMENT = `${PARTS}/environment.sh`;
const ENTRY = `${PARTS}/entry`;

/** Everything about running the image. */
export function runtimeLines(stage: StageSections): readonly Piece[] {
  const environment = environmentLines(stage);
  const sourced = [
    ...(environment.sourced ? [ENVIRONMENT] : []),
    ...(writesEnvironment(stage) ? [POST_ENVIRONMENT] : []),
  ];
  return [
    ...environment.pieces,
    ...labelLines(stage),
    ...helpLines(stage),
    ...scriptLines(stage, "test", `docker run --entrypoint ${PARTS}/test IMAGE runs it`),
    ...scriptLines(stage, "startscript", `docker run -d --entrypoint ${PARTS}/startscript IMAGE starts it`),
    ...entryLines(stage, sourced),
  ];
}

function environmentLines(stage: StageSections): { readonly pieces: readonly Piece[]; readonly sourced: boolean } {
  const sections = sectionsOf(stage, "environment");
  if (sections.length === 0) return { pieces: [], sourced: false };
  const body = joinedScript(sections);
  const constant = constantEnvironment(body);
  // One ENV for each: later ones use the values of those before, as in the script.
  const lines = constant
    ? constant.map(({ name, value }) => `ENV ${name}=${dockerValue(value)}`)
    : heredocLines(`COPY --chmod=755`, body, ENVIRONMENT);
  if (!constant) {
    const note =
      "it is a program, which ENV cannot be: the entry point runs it; docker exec does not see its variables";
    for (const { part } of sections) lower(part, "approximated", note);
  }
  return { pieces: [pieceOf(sections, lines)], sourced: !constant };
}

function labelLines(stage: StageSections): readonly Piece[] {
  return sectionsOf(stage, "labels").flatMap((section) =>
    parseLabelLines(stage.text, section.bodyRange).labels.map(({ name, value }) => ({
      lines: [`LABEL ${dockerValue([{ text: name }])}=${value === "" ? '""' : dockerValue([{ text: value }])}`],
      part: section.part,
    })),
  );
}

function helpLines(stage: StageSections): readonly Piece[] {
  const sections = sectionsOf(stage, "help");
  if (sections.length === 0) return [];
  const path = `${PARTS}/help`;
  for (const { part } of sections) lower(part, "approximated", `a label names the file ${path}`);
  const file = heredocLines("COPY", joinedBody(sections), path);
  return [pieceOf(sections, [...file, `LABEL org.label-schema.usage=${path}`])];
}

function scriptLines(stage: StageSections, name: string, note: string): readonly Piece[] {
  const sections = sectionsOf(stage, name);
  if (sections.length === 0) return [];
  for (const { part } of sections) lower(part, "approximated", note);
  return [pieceOf(sections, heredocLines("COPY --chmod=755", script(sections), `${PARTS}/${name}`))];
}

function script(sections: readonly PartSection[]): string {
  const last = sections.at(-1);
  return last ? scriptFile({ ...last, body: joinedScript(sections) }) : "";
}

function entryLines(stage: StageSections, sourced: readonly string[]): readonly Piece[] {
  const sections = sectionsOf(stage, "runscript");
  const path = `${PARTS}/runscript`;
  const file = sections.length > 0 ? [pieceOf(sections, heredocLines("COPY --chmod=755", script(sections), path))] : [];
  const owner = sections[0] ?? sectionsOf(stage, "environment")[0] ?? sectionsOf(stage, "post")[0];
  if (sourced.length === 0) {
    return sections.length === 0 ? [] : [...file, pieceOf(sections, [`ENTRYPOINT ["${path}"]`])];
  }
  if (sections.length === 0 && owner) remark(owner.part, "the base image's own entry point is replaced");
  const wrapper = ["#!/bin/sh", ...sourced.map((one) => `[ ! -f ${one} ] || . ${one}`)];
  const exec = sections.length > 0 ? `exec ${path} "$@"` : 'exec "$@"';
  const lines = [...heredocLines("COPY --chmod=755", [...wrapper, exec].join("\n"), ENTRY), `ENTRYPOINT ["${ENTRY}"]`];
  return [...file, { lines, part: owner?.part }];
}
