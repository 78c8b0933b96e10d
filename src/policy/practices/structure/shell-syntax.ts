// What a shell cannot read of a script: STR020.

import type { Problem } from "../../../base/source.ts";
import { practice } from "../../practice.ts";
import type { RecipeSubject, ScriptSubject } from "../../practice-subjects.ts";
import type { Hit } from "../../rule.ts";
import { allSteps } from "../recipe-parts.ts";

const HEAD = "Bootstrap: docker\nFrom: debian:13.1\n\n";

export const SHELL_READABLE = practice({
  id: "STR020",
  title: "Shell scripts can be read",
  severity: "error",
  class: "required",
  certainty: "likely",
  message: "a shell cannot read this: {what}",
  hint: "{advice}",
  why: "A shell stops at text that it cannot read, and what stands behind it is neither run nor checked.",
  source: "ours",
  peers: ["SC1009", "SC1036", "SC1046", "SC1047", "SC1056", "SC1058", "SC1072", "SC1073", "SC1088", "SC1089"],
  cases: {
    empty: { severity: "info", message: "the script has no command", hint: "remove the file, or fill it" },
  },
  checks: {
    recipe: ofRecipe,
    script: ofScript,
  },
  passes: [
    { shows: "an if", dockerfile: "FROM debian:13.1\nRUN if true; then echo a; fi\n" },
    {
      shows: "another interpreter",
      dockerfile: "FROM debian:13.1\nRUN <<EOF\n#!/usr/bin/env python3\nprint('''\n''')\nEOF\n",
    },
    { shows: "an expression", run: "#!/bin/bash\n[[ $x =~ (a|b)$ ]] && srun x\n" },
    { shows: "a script in a word", run: "bash -c 'if true; then x; fi'\n" },
  ],
  fails: [
    { shows: "no fi", dockerfile: "FROM debian:13.1\nRUN if true; then echo a\n", expect: { line: 2 } },
    {
      shows: "open quotes",
      dockerfile: 'FROM debian:13.1\nRUN echo "a\nCMD ["x"]\n',
      expect: { line: 2, says: 'the closing " is missing' },
    },
    {
      shows: "in a here-document",
      dockerfile: "FROM debian:13.1\nRUN <<EOF\nset -e\nif true\nEOF\n",
      expect: { line: 4 },
    },
    { shows: "in %post", definition: `${HEAD}%post\n    for a in b; do\n        x\n`, expect: { line: 5 } },
    { shows: "in a script in a word", dockerfile: 'FROM debian:13.1\nRUN bash -c "if x; then"\n', expect: { line: 2 } },
    { shows: "in JSON form", dockerfile: 'FROM debian:13.1\nCMD ["sh", "-c", "if x; then"]\n', expect: { line: 2 } },
    { shows: "in a job script", run: "#!/bin/bash\nif true\nsrun x\n", expect: { line: 2 } },
    { shows: "nothing", run: "#!/bin/bash\n# later\n", expect: { case: "empty" } },
    { shows: "of another shell", run: "#!/bin/csh\nset a=(b)\n", expect: { certainty: "unknown", says: "csh" } },
  ],
});

function hitOf({ message, hint, range }: Problem): Hit {
  return { fields: { what: message, advice: hint ?? "try it with sh -n" }, range };
}

function ofRecipe({ recipe }: RecipeSubject): readonly Hit[] {
  return allSteps(recipe).flatMap(({ scripts }) => scripts.flatMap(({ problems }) => problems.map(hitOf)));
}

function ofScript({ commands, problems, interpreter }: ScriptSubject): readonly Hit[] {
  const range = { start: 0, end: 0 };
  if (interpreter !== undefined) {
    const what = `the script is for ${interpreter}, which is not read`;
    return [{ case: "unknown", certainty: "unknown", fields: { what }, range }];
  }
  if (commands.length === 0 && problems.length === 0) return [{ case: "empty", certainty: "certain", range }];
  return problems.map(hitOf);
}
