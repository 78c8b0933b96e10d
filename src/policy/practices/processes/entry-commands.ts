// Which program an image starts: from the entry instructions of a recipe, or from an image's configuration. Knows no rule.

import { baseName } from "../../commands/words.ts";
import type { CommandView, RecipeView, StepView } from "../../recipe-view/types.ts";

/** Programs whose work is to be process 1. */
export const INITS =
  /^(tini(-static)?|dumb-init|catatonit|s6-svscan|s6-overlay-suexec|runsvdir|docker-init|pid1|my_init)$/;
/** Inits of whole machines. */
export const SYSTEM_INITS = /^(systemd|init|sysvinit|openrc-init|upstart)$/;

/** What a shell does itself: no programs. */
export const ONLY_OF_SHELLS = new Set(
  ". : [ alias bg break case cd continue declare eval exec exit export fg for function getopts hash if jobs let local popd pushd read readonly return select set shift shopt source trap type typeset ulimit umask unalias unset until wait while {".split(
    " ",
  ),
);

/** CMD and ENTRYPOINT that count in the image: the last of each, ENTRYPOINT first. */
export function entrySteps({ chain }: RecipeView): readonly StepView[] {
  const steps = chain.flatMap(({ steps: all }) => all).filter(({ onBuild }) => !onBuild);
  const last = (keyword: string) => steps.findLast((step) => step.keyword === keyword);
  return [last("ENTRYPOINT"), last("CMD")].flatMap((step) => step ?? []);
}

/** The words that an entry instruction starts, in whatever form; undefined: not known. */
export function wordsOf({ instruction, scripts }: StepView): readonly string[] | undefined {
  if (instruction?.keyword !== "CMD" && instruction?.keyword !== "ENTRYPOINT") return undefined;
  if (instruction.command.form === "exec") return instruction.command.words;
  const [command] = scripts.flatMap(({ commands }) => commands);
  return command && commandWords(command);
}

function commandWords({ name, words }: CommandView): readonly string[] {
  return [name ?? "", ...words.map(({ value, text }) => value ?? text)];
}

/** The program that words start, without what only hands over to it: `env A=b exec app` is `app`. */
export function programOf(words: readonly string[]): string | undefined {
  return words.find((word) => !/^(exec|env|nice|gosu|su-exec|-.*|\w+=.*)$/.test(baseName(word)));
}
