// The run lines of a whole script, a job script above all: every command that starts a container, with the variables that
// are known where it stands, and what `#SBATCH` lines say to shifter.

import { segmentsOf } from "../script-text.ts";
import type { Word } from "../shell/ast.ts";
import { type CommandUse, simpleCommands } from "../shell/commands.ts";
import { innerScript } from "../shell/inner-script.ts";
import { parseShell } from "../shell/parse.ts";
import { type BatchDirectives, batchDirectives } from "./batch-directives.ts";
import { mayRun, parseRunLine, withoutLaunchers } from "./parse.ts";
import type { RunLine, RunWord } from "./types.ts";
import { type KnownVariables, knownVariables, remember, runWord, variableOf } from "./variables.ts";

/** Finds the run lines of a script's text; their places are those in the text. */
export function runLinesOf(text: string): readonly RunLine[] {
  const tree = parseShell(text);
  const commands = simpleCommands(tree);
  const directives = batchDirectives(text, tree.comments, commands[0]?.range.start ?? text.length);
  const lines = linesOf(commands).map((line) => withDirectives(line, directives));
  const used = lines.some(({ tool }) => tool === "shifter");
  return used || !directives.range ? lines : [directivesAlone(directives.range, directives), ...lines];
}

/** The run lines among commands that were found before, in their order. */
export function linesOf(commands: readonly CommandUse[]): readonly RunLine[] {
  const known = knownVariables();
  const lines: RunLine[] = [];
  for (const command of commands) {
    lines.push(...linesOfCommand(command, known));
    remember(command, known);
  }
  return lines;
}

function linesOfCommand(command: CommandUse, known: KnownVariables): readonly RunLine[] {
  const { nameWord, words, range } = command;
  if (!nameWord || !mayRun(runWord(nameWord, known))) return [];
  const own = command.assignments.map((assignment) => variableOf(assignment, known, false));
  const runWords = [nameWord, ...words].map((word) => runWord(word, known));
  const bare = withoutLaunchers({ words: runWords, environment: [...known.exported.values(), ...own], range });
  if (bare.wrap) return wrappedLines(bare.wrap, [nameWord, ...words], bare.options);
  const line = parseRunLine(bare);
  return line ? [line] : [];
}

// What `sbatch --wrap` is given is a script of its own.
function wrappedLines({ range }: RunWord, words: readonly Word[], options: RunLine["options"]): readonly RunLine[] {
  const word = words.find((one) => one.range.start <= range.start && one.range.end >= range.end);
  if (!word) return [];
  const { text, segments } = innerScript(word);
  const from = /^--wrap?=/.exec(text)?.[0].length ?? 0;
  const tree = parseShell(text.slice(from), { segments: segmentsOf(segments, from, text.length) });
  return linesOf(simpleCommands(tree)).map((line) => withDirectives(line, { options, range: undefined }));
}

function withDirectives(line: RunLine, { options }: BatchDirectives): RunLine {
  if (line.tool !== "shifter" || options.length === 0) return line;
  const image = options.findLast(({ name }) => name === "image");
  const own = line.image ?? (image?.valueRange && imageWord(image.value, image.valueRange));
  const problems = own ? line.problems.filter(({ message }) => !message.endsWith("no image")) : line.problems;
  return { ...line, options: [...options, ...line.options], image: own, problems };
}

function imageWord(value: string | undefined, range: RunWord["range"]): RunWord {
  return { text: value ?? "", value, range };
}

function directivesAlone(range: RunWord["range"], directives: BatchDirectives): RunLine {
  const bare: RunLine = {
    ...{ tool: "shifter", subcommand: "", options: [], image: undefined, container: undefined, command: [] },
    ...{ environment: [], launchers: [{ name: "sbatch", range }], range, problems: [] },
  };
  return withDirectives(bare, directives);
}
