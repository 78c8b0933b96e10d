// Variables that are gone when the image runs: ENV001, ENV002.

import { practice } from "../../practice.ts";
import type { CommandView, RecipeView, ScriptView, StepView } from "../../recipe-view/types.ts";
import type { Hit } from "../../rule.ts";
import type { Edit, Fix } from "../../types.ts";
import { allSteps, commandsIn, written } from "../recipe-parts.ts";
import { variablesIn } from "../variable-use.ts";

export const LOST_EXPORTS = practice({
  id: "ENV001",
  title: "What %post exports for the program stands in %environment, too",
  severity: "warning",
  class: "recommended",
  certainty: "likely",
  message: "{name} is exported in %post only: it is lost after the build",
  hint: "write the same export into %environment",
  why: "Each script of a definition file has a shell of its own; only %environment is there when the image runs.",
  source: "N2.15",
  peers: [],
  fix: "safe",
  checks: {
    recipe: ({ recipe }) =>
      recipe.kind === "definition" ? recipe.stages.flatMap((stage) => lostIn(recipe, stage.steps)) : [],
  },
  passes: [
    {
      shows: "in both",
      definition:
        "Bootstrap: docker\nFrom: debian:13.1\n\n%post\n    export JAVA_HOME=/opt/j\n    make\n\n%environment\n    export JAVA_HOME=/opt/j\n\n%runscript\n    exec $JAVA_HOME/bin/java\n",
    },
    {
      shows: "for the build alone",
      definition:
        "Bootstrap: docker\nFrom: debian:13.1\n\n%post\n    export CFLAGS=-O2 DEBIAN_FRONTEND=noninteractive\n    make\n\n%runscript\n    exec app\n",
    },
  ],
  fails: [
    {
      shows: "the search path",
      definition:
        "Bootstrap: docker\nFrom: debian:13.1\n\n%post\n    export PATH=/opt/x/bin:$PATH\n\n%environment\n    export LC_ALL=C\n",
      expect: {
        line: 5,
        says: "PATH is exported",
        fixed:
          "Bootstrap: docker\nFrom: debian:13.1\n\n%post\n    export PATH=/opt/x/bin:$PATH\n\n%environment\n    export PATH=/opt/x/bin:$PATH\n    export LC_ALL=C\n",
      },
    },
    {
      shows: "in a file without an end of its last line",
      definition: "Bootstrap: docker\nFrom: debian:13.1\n\n%post\n    export PATH=/opt/x/bin:$PATH",
      expect: {
        fixed:
          "Bootstrap: docker\nFrom: debian:13.1\n\n%post\n    export PATH=/opt/x/bin:$PATH\n\n%environment\n    export PATH=/opt/x/bin:$PATH\n\n",
      },
    },
    {
      shows: "set first, then exported",
      definition: "Bootstrap: docker\nFrom: debian:13.1\n\n%post\n    JAVA_HOME=/opt/j\n    export JAVA_HOME\n",
      expect: { line: 6, says: "JAVA_HOME is exported" },
    },
    {
      shows: "what %runscript uses",
      definition:
        "Bootstrap: docker\nFrom: debian:13.1\n\n%post\n    export MODEL=/opt/m\n\n%runscript\n    exec app $MODEL\n",
      expect: {
        says: "MODEL is exported",
        fixed:
          "Bootstrap: docker\nFrom: debian:13.1\n\n%post\n    export MODEL=/opt/m\n\n%environment\n    export MODEL=/opt/m\n\n%runscript\n    exec app $MODEL\n",
      },
    },
  ],
});

/** Variables that programs look up by themselves. */
const KNOWN =
  /^(PATH|LD_LIBRARY_PATH|PYTHONPATH|MANPATH|R_LIBS\w*|PERL5LIB|JULIA_DEPOT_PATH|CONDA_PREFIX|[A-Z0-9_]+_(HOME|ROOT))$/;

function lostIn(recipe: RecipeView, steps: readonly StepView[]): readonly Hit[] {
  const post = steps.filter(({ keyword }) => keyword === "post");
  const environment = steps.find(({ keyword }) => keyword === "environment");
  const kept = new Set(exportsIn(steps.filter(({ keyword }) => keyword === "environment")).map(({ name }) => name));
  const used = usedIn(steps.filter(({ keyword }) => ["runscript", "startscript", "test"].includes(keyword)));
  const seen = new Set<string>();
  return exportsIn(post).flatMap(({ name, command }) => {
    if (kept.has(name) || seen.has(name) || !(KNOWN.test(name) || used.has(name))) return [];
    seen.add(name);
    return [{ fields: { name }, range: command.range, fix: copyOf(recipe, command, environment, post.at(-1)) }];
  });
}

function exportsIn(steps: readonly StepView[]): readonly { readonly name: string; readonly command: CommandView }[] {
  const set = new Set<string>();
  return commandsIn(steps).flatMap(({ command }) => {
    if (command.name === "") for (const { name } of command.assignments) set.add(name);
    if (command.name !== "export") return [];
    return command.words.flatMap(({ text }) => {
      const [, name = "", equals] = /^(\w+)(=)?/.exec(text) ?? [];
      return equals === "=" || set.has(name) ? [{ name, command }] : [];
    });
  });
}

function usedIn(steps: readonly StepView[]): ReadonlySet<string> {
  return variablesIn(steps.flatMap(({ scripts }) => scripts.map(({ text }) => text)).join("\n"));
}

// Only what has nothing of the build's own in it means the same later.
function copyOf(
  recipe: RecipeView,
  command: CommandView,
  environment: StepView | undefined,
  post: StepView | undefined,
): Fix | undefined {
  const line = written(recipe, command.range);
  if (
    command.conditional ||
    !line.includes("=") ||
    line.includes("\n") ||
    /[`]|\$\(|\{\{/.test(line) ||
    /\$\{?(?!PATH|LD_LIBRARY_PATH|PYTHONPATH|MANPATH)\w/.test(line)
  )
    return undefined;
  const { text } = recipe.source;
  const title = "copy the export into %environment";
  if (environment) {
    const start = text.indexOf("\n", environment.range.start) + 1;
    return start === 0 ? undefined : { title, safe: true, edits: [insertion(start, `    ${line}\n`)] };
  }
  if (!post) return undefined;
  const end = post.range.end;
  const open = text[end - 1] === "\n" ? "" : "\n\n";
  return { title, safe: true, edits: [insertion(end, `${open}%environment\n    ${line}\n\n`)] };
}

function insertion(start: number, text: string): Edit {
  return { range: { start, end: start }, text };
}

export const EXPORTS_IN_RUN = practice({
  id: "ENV002",
  title: "Variables are set with ENV, not in a RUN or a shell's start file",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "this RUN only exports {names}: it has no effect behind its end",
  hint: "write ENV {pairs} with the same values",
  why: "Every RUN has a shell of its own, and programs that are started without a login shell read none of its files.",
  source: "N2.15",
  peers: [],
  cases: {
    file: {
      message: "variables are written into {path}, which programs that are started directly do not read",
      hint: "write them with ENV",
    },
  },
  fix: "unsafe",
  checks: { recipe: ({ recipe }) => allSteps(recipe).flatMap((step) => ofStep(recipe, step)) },
  passes: [
    { shows: "ENV", dockerfile: "FROM debian:13.1\nENV A=1\n" },
    { shows: "an export for the same RUN", dockerfile: "FROM debian:13.1\nRUN export A=1 && make\n" },
    { shows: "a start file of somebody's own", dockerfile: "FROM debian:13.1\nRUN echo hi > /opt/app/setup.sh\n" },
    {
      shows: "a file of the shell that sets nothing",
      dockerfile: "FROM debian:13.1\nRUN echo 'alias ll=\"ls -l\"' >> /etc/bash.bashrc\n",
    },
    { shows: "%environment", definition: "Bootstrap: docker\nFrom: debian:13.1\n\n%environment\n    export A=1\n" },
    {
      shows: "definition files, where what is exported and lost is ENV001",
      definition: "Bootstrap: docker\nFrom: debian:13.1\n\n%post\n    echo 'export A=1' >> /etc/profile.d/a.sh\n",
    },
  ],
  fails: [
    {
      shows: "RUN export",
      dockerfile: "FROM debian:13.1\nRUN export A=1\n",
      expect: { line: 2, says: "only exports A", fixed: "FROM debian:13.1\nENV A=1\n" },
    },
    {
      shows: "a login shell's file",
      dockerfile: "FROM debian:13.1\nRUN echo 'export PATH=/opt/x:$PATH' >> ~/.bashrc\n",
      expect: { case: "file", line: 2, says: ".bashrc" },
    },
    {
      shows: "activation of an environment",
      dockerfile: 'FROM debian:13.1\nRUN make && echo "conda activate base" >> /etc/profile.d/conda.sh\n',
      expect: { case: "file", line: 2 },
    },
    {
      shows: "a link to a start file",
      dockerfile: "FROM debian:13.1\nRUN make && conda init bash\n",
      expect: { case: "file", says: "~/.bashrc" },
    },
  ],
});

const START_FILES =
  /(^|\/)(\.bashrc|\.bash_profile|\.bash_login|\.profile|\.zshrc|\.cshrc|\.kshrc)$|^\/etc\/(profile|environment|bash\.bashrc|bashrc|zsh\.zshrc)$|^\/etc\/profile\.d\//;
const SETS = /\b(export|setenv|activate)\b|\b(?<!alias\s+)\b\w+=|\b(source|\.)\s/;

function ofStep(recipe: RecipeView, step: StepView): readonly Hit[] {
  if (step.keyword !== "RUN") return [];
  return step.scripts.flatMap((script) => {
    const only = onlyExports(recipe, step, script);
    return only ? [only] : fileHits(script);
  });
}

function onlyExports(recipe: RecipeView, step: StepView, { commands, exec }: ScriptView): Hit | undefined {
  const exporting = ({ name, words }: CommandView) => name === "export" && words.length > 0;
  if (exec || commands.length === 0 || !commands.every(exporting)) return undefined;
  const pairs = commands.flatMap(({ words }) => words.map(({ range }) => written(recipe, range)));
  const names = pairs.map((pair) => pair.replace(/=.*$/s, ""));
  const plain = pairs.every((pair) => /^\w+=[^`\n]*$/.test(pair) && !pair.includes("$("));
  const edits = [{ range: step.range, text: `ENV ${pairs.join(" ")}` }];
  const fix = plain && !step.onBuild ? { title: "write ENV", safe: false, edits } : undefined;
  return {
    fields: { names: names.join(", "), pairs: names.map((name) => `${name}=…`).join(" ") },
    range: step.range,
    fix,
  };
}

function fileHits({ commands }: ScriptView): readonly Hit[] {
  return commands.flatMap((command) => {
    const path = startFile(command);
    return path === undefined ? [] : [{ case: "file", fields: { path }, range: command.range }];
  });
}

function startFile(command: CommandView): string | undefined {
  const { name, words, redirects } = command;
  if ((name === "conda" || name === "mamba" || name === "micromamba") && words[0]?.value === "init") return "~/.bashrc";
  const targets = redirects
    .filter(({ operator }) => operator === ">" || operator === ">>" || operator === "&>>")
    .map(({ target }) => target);
  const teed = name === "tee" ? words : [];
  const path = [...targets, ...teed]
    .map(({ value, text }) => value ?? text.replace(/["']/g, ""))
    .find((text) => START_FILES.test(text));
  if (path === undefined) return undefined;
  const content = [...words.map(({ text }) => text), ...redirects.map(({ content: inner }) => inner?.text ?? "")].join(
    " ",
  );
  // What comes through a pipe is not seen; to write such a file is what it is for.
  return SETS.test(content) || command.pipe.index > 0 ? path : undefined;
}
