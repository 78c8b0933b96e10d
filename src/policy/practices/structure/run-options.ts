// What a tool would not take of a run line: STR022.

import { practice } from "../../practice.ts";
import type { LaunchSubject } from "../../practice-subjects.ts";
import type { Hit } from "../../rule.ts";

export const RUN_OPTIONS = practice({
  id: "STR022",
  title: "Options of a run line are those of its tool",
  severity: "warning",
  class: "required",
  certainty: "likely",
  message: "{tool}: {what}",
  hint: "{advice}",
  why: "A tool refuses an option that it does not have, and what the option was meant for cannot be checked.",
  source: "ours",
  peers: [],
  checks: {
    launch: ({ launch: { problems = [], tool } }: LaunchSubject): readonly Hit[] =>
      problems.map(({ message, hint, range }) => ({
        fields: { what: message, tool, advice: hint ?? "see the tool's own help" },
        range,
      })),
  },
  passes: [
    { shows: "known options", run: "apptainer exec --nv --bind /data:/data a.sif x --of-x\n" },
    { shows: "options in a variable", run: "docker run $OPTIONS a:1\n" },
  ],
  fails: [
    { shows: "a mistyped option", run: "apptainer exec --bnid /data a.sif x\n", expect: { line: 1, says: "--bnid" } },
    { shows: "no image", run: "docker run --rm\n", expect: { says: "image" } },
  ],
});
