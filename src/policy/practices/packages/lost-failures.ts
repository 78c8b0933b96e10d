// A failing install ends the build: PKG017.

import { isApt, isConda, type PackageCommand } from "../../commands/package-commands.ts";
import { practice } from "../../practice.ts";
import type { CommandView, RecipeView, StepView } from "../../recipe-view/types.ts";
import type { Hit } from "../../rule.ts";
import type { Fix } from "../../types.ts";
import { allSteps, commandsIn } from "../recipe-parts.ts";
import { callsIn, debian, post } from "./calls.ts";

export const LOST_FAILURE = practice({
  id: "PKG017",
  title: "A failing install ends the build",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "when {command} fails, the build goes on: {cause}",
  hint: "join the commands with && (the text of N2.5 is meant so, too), or begin with set -e",
  why: "The image is made without what failed, and somebody else finds out.",
  source: "N2.5",
  peers: ["SC2015"],
  fix: "unsafe",
  checks: { recipe: ({ recipe }) => allSteps(recipe).flatMap((step) => lostHits(recipe, step)) },
  passes: [
    { shows: "&&", dockerfile: debian("RUN apt-get update && apt-get -y upgrade") },
    { shows: "set -e", dockerfile: debian("RUN set -ex; apt-get update; apt-get -y upgrade") },
    { shows: "the last one", dockerfile: debian("RUN cd /opt; pip install x==1") },
    { shows: "%post runs with -e", definition: post("apt-get update", "apt-get install -y curl; echo done") },
    {
      shows: "SHELL",
      dockerfile: debian('SHELL ["/bin/bash", "-euo", "pipefail", "-c"]', "RUN apt-get update; pip install x"),
    },
    { shows: "another try", dockerfile: debian("RUN pip install x==1 || pip install x==1.1") },
    { shows: "in a branch", dockerfile: debian("RUN if command -v apt-get; then apt-get update; fi && true") },
  ],
  fails: [
    {
      shows: "the seed's own text",
      dockerfile: debian("RUN apt-get update; apt-get -y upgrade; apt-get -y dist-upgrade"),
      expect: { fixed: debian("RUN apt-get update && apt-get -y upgrade && apt-get -y dist-upgrade") },
    },
    { shows: "|| true", definition: post("pip install x==1 || true"), expect: { says: "|| true" } },
    { shows: "a here-document", dockerfile: debian("RUN <<EOF", "apt-get update", "apt-get install -y x", "EOF") },
    { shows: "later in the list", dockerfile: debian("RUN apk update && apk add git; rm -rf /var/cache/apk/*") },
  ],
});

function counts(call: PackageCommand): boolean {
  if (call.action === "other" || call.action === "clean") return false;
  return isApt(call) || isConda(call) || call.manager === "apk" || call.manager === "pip";
}

// One finding for a step: its first lost failure, and edits for all of them.
function lostHits(recipe: RecipeView, step: StepView): readonly Hit[] {
  const commands = commandsIn([step], "build").map(({ command }) => command);
  const calls = callsIn([step], "build").filter(({ call }) => counts(call));
  const lost = calls.flatMap(({ command, call }) => {
    const cause = causeOf(command, commands);
    return cause === undefined ? [] : [{ command, call, cause }];
  });
  const [first] = lost;
  if (!first) return [];
  const fields = { command: `${first.call.manager} ${first.call.subcommand}`.trim(), cause: first.cause };
  return [{ fields, range: first.command.range, fix: fixOf(recipe, step, commands) }];
}

const EXCUSES = new Set(["true", ":", "echo", "printf"]);

function causeOf(command: CommandView, commands: readonly CommandView[]): string | undefined {
  if (command.condition || command.substituted) return undefined;
  const at = commands.indexOf(command);
  // Behind `a && b` it is the operator after b that decides.
  let last = at;
  while (commands[last]?.operatorAfter === "&&" || isPiped(commands[last])) last += 1;
  const end = commands[last];
  const next = commands[last + 1];
  if (!end || !next) return undefined;
  if (end.operatorAfter === "||") {
    return EXCUSES.has(next.name ?? "?") ? `|| ${next.name} hides it` : undefined;
  }
  if (command.errexit || end.errexit) return undefined;
  if (end.operatorAfter === ";") return "; goes on after a failure";
  return end.operatorAfter === "\n" ? "the next line is carried out after a failure" : undefined;
}

function isPiped(command: CommandView | undefined): boolean {
  return command !== undefined && command.pipe.index + 1 < command.pipe.length;
}

// Semicolons of a plain list become &&; anything else is for people.
function fixOf({ source: { text } }: RecipeView, step: StepView, commands: readonly CommandView[]): Fix | undefined {
  const [script] = step.scripts;
  if (!script || script.exec || script.heredoc || step.section || step.instruction?.heredocs.length !== 0)
    return undefined;
  const plain = commands.every(
    ({ conditional, condition, substituted, operatorAfter, pipe }) =>
      !conditional && !condition && !substituted && pipe.length === 1 && ["", "&&", ";"].includes(operatorAfter),
  );
  if (!plain || /[(){}#]|\b(if|for|while|case|do|then)\b/.test(script.text)) return undefined;
  const edits = commands.flatMap((command, index) => {
    const next = commands[index + 1];
    if (command.operatorAfter !== ";" || !next) return [];
    const range = { start: command.range.end, end: next.range.start };
    const between = text.slice(range.start, range.end);
    return /^\s*;[\s\\]*$/.test(between)
      ? [{ range, text: between.replace(/^\s*;/, " &&").replace(/&&$/, "&& ") }]
      : [];
  });
  return edits.length === 0 ? undefined : { title: "join the commands with &&", safe: false, edits };
}
