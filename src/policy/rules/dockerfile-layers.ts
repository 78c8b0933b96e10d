// How Dockerfiles are laid out: DF-03, DF-04.

import { CACHED_INSTALL } from "../practices/layers/cached-install.ts";
import { JOINED_RUNS } from "../practices/layers/joined-runs.ts";
import { rule } from "../rule.ts";
import { asPractice } from "./as-practice.ts";

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
  check: (subject) => asPractice(JOINED_RUNS, subject),
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

export const BUILD_ORDER = rule({
  id: "DF-04",
  title: "What seldom changes stands first",
  on: "build",
  severity: "style",
  class: "optional",
  certainty: "likely",
  message: "{copy} stands before {install}: every change of a file installs the packages anew",
  hint: "move COPY below the package step, and copy the lists of packages alone before it",
  why: "A build takes up again from the first line that changed.",
  source: SOURCE,
  check: (subject) => asPractice(CACHED_INSTALL, subject),
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
