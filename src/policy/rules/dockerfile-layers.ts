// How Dockerfiles are laid out: DF-03, DF-04.

import type { Instruction } from "../../recipe/dockerfile/ast.ts";
import { bare, finalChain } from "../dockerfile-view.ts";
import { rule } from "../rule.ts";

const SOURCE = "Spin: Building images";

export const BUILD_LAYERS = rule({
  id: "DF-03",
  title: "Commands that belong together make one layer",
  on: "build",
  severity: "style",
  class: "optional",
  certainty: "certain",
  message: "{count} RUN lines one after the other could be one layer",
  hint: "chain them with &&, or use a here-document",
  why: "What a later layer removes still weighs in the earlier one.",
  source: SOURCE,
  check: ({ dockerfile }) => {
    if (!dockerfile) return undefined;
    const count = Math.max(0, ...runsOf(finalChain(dockerfile)));
    return count >= 3 ? { at: "/image", fields: { count } } : undefined;
  },
  passes: [
    { shows: "one RUN a && b", dockerfile: "FROM debian:12\nRUN a && b\n" },
    { shows: "something between", dockerfile: "FROM debian:12\nRUN a\nRUN b\nCOPY x /x\nRUN c\n" },
  ],
  fails: [
    {
      shows: "three RUN yum",
      dockerfile: "FROM centos:7\nRUN yum install -y a\nRUN yum install -y b\nRUN yum install -y c\n",
      expect: { severity: "style", says: "3 RUN lines" },
    },
  ],
});

function runsOf(instructions: readonly Instruction[]): readonly number[] {
  const runs = [0];
  for (const { keyword } of instructions) {
    if (keyword === "RUN") runs.push((runs.pop() ?? 0) + 1);
    else runs.push(0);
  }
  return runs;
}

export const BUILD_ORDER = rule({
  id: "DF-04",
  title: "What seldom changes stands first",
  on: "build",
  severity: "style",
  class: "optional",
  certainty: "likely",
  message: "{copy} stands before {run}: every change of a file installs the packages anew",
  hint: "move COPY below the package step, and copy the lists of packages alone before it",
  why: "A build takes up again from the first line that changed.",
  source: SOURCE,
  check: ({ dockerfile }) => {
    if (!dockerfile) return undefined;
    const chain = finalChain(dockerfile);
    const copy = chain.findIndex(copiesAll);
    const run = chain.findIndex(({ keyword, line }, index) => index > copy && keyword === "RUN" && INSTALLS.test(line));
    if (copy < 0 || run < 0) return undefined;
    return { at: "/image", fields: { copy: chain[copy]?.line.slice(0, 40), run: chain[run]?.line.slice(0, 40) } };
  },
  passes: [
    {
      shows: "deps before COPY of source",
      dockerfile: "FROM debian:12\nRUN apt-get update && apt-get install -y x\nCOPY . /app\n",
    },
  ],
  fails: [
    {
      shows: "COPY . first",
      dockerfile: "FROM debian:12\nCOPY . /app\nRUN pip install -r /app/requirements.txt\n",
      expect: { says: "COPY . /app stands before" },
    },
  ],
});

const INSTALLS =
  /\b(apt|apt-get|yum|dnf|microdnf|apk|zypper|pip3?|conda|mamba|npm|pnpm|yarn|gem|R)\b.{0,80}\b(install|add|ci|packages)\b/;

function copiesAll(instruction: Instruction): boolean {
  if (instruction.keyword !== "COPY" && instruction.keyword !== "ADD") return false;
  if (instruction.flags.some(({ name }) => name === "from")) return false;
  return instruction.sources.some((source) => "text" in source && [".", "./", "*"].includes(bare(source)));
}
