// One command line as a run line: launchers in front taken off, then the tool's own options, image and command. What the tool
// would refuse is in `problems`; it never throws.

import type { Problem, Range } from "../../base/source.ts";
import { isLauncher, type Launched, launched } from "./launchers.ts";
import { indexOf, type OptionIndex } from "./option-table.ts";
import { readOptions } from "./read-options.ts";
import { isRunTool, RUN_TOOLS, toolGrammar } from "./tools.ts";
import type { RunLine, RunOption, RunTool, RunVariable, RunWord } from "./types.ts";

/** Something like a run line: a program, its words and the variables set for it. */
export interface CommandLine {
  /** The program first. */
  readonly words: readonly RunWord[];
  readonly environment: readonly RunVariable[];
  readonly range: Range;
}

/** A command line without the launchers in front of it. */
export interface BareLine extends CommandLine {
  readonly launchers: RunLine["launchers"];
  /** What launchers say to the tool. */
  readonly options: readonly RunOption[];
  readonly problems: readonly Problem[];
  /** `sbatch --wrap`: the script that is the command. */
  readonly wrap: RunWord | undefined;
}

const MAX_LAUNCHERS = 10;

/** With these a line is complete without an image. */
const NEEDS_NONE: ReadonlySet<string> = new Set(["help", "version", "usage", "latest"]);

/** Takes launchers (srun, mpirun, sbatch) off. */
export function withoutLaunchers(line: CommandLine): BareLine {
  const problems: Problem[] = [];
  const launchers: RunLine["launchers"][number][] = [];
  const options: RunOption[] = [];
  let { words } = line;
  let inner: Launched | undefined;
  for (let count = 0; count < MAX_LAUNCHERS; count++) {
    const [first, ...rest] = words;
    inner = first && launched(programName(first), rest, problems);
    if (!first || !inner) break;
    const behind = rest[rest.length - inner.rest.length - 1] ?? first;
    launchers.push({ name: programName(first), range: { start: first.range.start, end: behind.range.end } });
    for (const one of inner.options) options.push(one);
    words = inner.rest;
    if (inner.wrap) break;
  }
  return { ...line, words, launchers, options, problems, wrap: inner?.wrap };
}

/** True for a program that runs containers, or stands in front of one that does. */
export function mayRun(program: RunWord): boolean {
  const name = programName(program);
  return isRunTool(name) || isLauncher(name);
}

/** True for a variable that one of the tools reads. */
export function isToolVariable(name: string): boolean {
  return RUN_TOOLS.some((tool) => toolGrammar(tool).variables.test(name));
}

/** The run line that a command line is; undefined when it runs no container. */
export function parseRunLine(line: CommandLine | BareLine): RunLine | undefined {
  const bare = "launchers" in line ? line : withoutLaunchers(line);
  const [program, ...words] = bare.words;
  const tool = program && programName(program);
  if (tool === undefined || !isRunTool(tool)) return undefined;
  const problems: Problem[] = [...bare.problems];
  const before = readOptions(words, indexFor(tool, ""), toolGrammar(tool).style, problems);
  const found = toolGrammar(tool).subcommand(before.rest);
  if (!found) return undefined;
  const own = readOwn(tool, found.name, found.rest, problems);
  const options = [...bare.options, ...before.options, ...own.options];
  const operands = operandsOf(tool, found.name, own.rest, options);
  if (!operands.image && !operands.container && !options.some(({ name }) => NEEDS_NONE.has(name))) {
    problems.push({
      range: bare.range,
      message: `this line names no ${found.name === "exec" ? "image or container" : "image"}`,
    });
  }
  const environment = bare.environment.filter(({ name }) => toolGrammar(tool).variables.test(name));
  return {
    ...{ tool, subcommand: found.name, environment, launchers: bare.launchers, range: bare.range },
    ...{ options, ...operands, problems },
  };
}

/** A run line given as words without a text: their places are all `range`. */
export function parseRunWords(words: readonly string[], range: Range): RunLine | undefined {
  return parseRunLine({ words: words.map((text) => ({ text, value: text, range })), environment: [], range });
}

function programName({ value, text }: RunWord): string {
  const name = value ?? text;
  return name.slice(name.lastIndexOf("/") + 1);
}

const INDEXES = new Map<string, OptionIndex>();

// Tables are indexed when they are first needed: most starts of the program need none.
function indexFor(tool: RunTool, subcommand: string): OptionIndex {
  const key = `${tool} ${subcommand}`;
  const known = INDEXES.get(key);
  if (known) return known;
  const index = indexOf(toolGrammar(tool).options(subcommand));
  INDEXES.set(key, index);
  return index;
}

function readOwn(tool: RunTool, subcommand: string, words: readonly RunWord[], problems: Problem[]) {
  const { style } = toolGrammar(tool);
  if (subcommand !== "") return readOptions(words, indexFor(tool, subcommand), style, problems);
  // Without a subcommand all options were read already; ch-run takes them behind its image, too, up to `--`.
  const [image, ...behind] = words;
  if (tool !== "ch-run" || !image || !behind.some(({ value }) => value === "--")) return { options: [], rest: words };
  const { options, rest } = readOptions(behind, indexFor(tool, ""), style, problems);
  return { options, rest: [image, ...rest] };
}

type Operands = Pick<RunLine, "image" | "container" | "command">;

function operandsOf(
  tool: RunTool,
  subcommand: string,
  rest: readonly RunWord[],
  options: readonly RunOption[],
): Operands {
  const [first, ...behind] = rest;
  switch (toolGrammar(tool).shape(subcommand)) {
    case "option":
      return { image: imageOption(options), container: undefined, command: rest };
    case "container":
      return { image: undefined, container: first, command: behind };
    case "image and name":
      return { image: first, container: behind[0], command: behind.slice(1) };
    case "image":
      return { image: first, container: undefined, command: behind };
  }
}

function imageOption(options: readonly RunOption[]): RunWord | undefined {
  const option = options.findLast(({ name }) => name === "image");
  if (!option?.valueRange) return undefined;
  return { text: option.value ?? "", value: option.value, range: option.valueRange };
}
