// The instructions of a stage as steps: what each runs, copies and sets, and what is known of folder, user and variables before it.

import { BerthError } from "../../base/errors.ts";
import type { Problem, Range, SourceText } from "../../base/source.ts";
import type { Flag, Instruction, Pair, Word } from "../../recipe/dockerfile/ast.ts";
import { parseMountFlag } from "../../recipe/dockerfile/mount-flag.ts";
import { baseOf, type StageNames } from "./base.ts";
import { scriptsOf } from "./dockerfile-scripts.ts";
import { absolute, type Expanding, known, type Variables } from "./expansion.ts";
import type { GivenArguments } from "./recipe-view.ts";
import type { BaseView, CopyView, PairView, StageView, StepState, StepView } from "./types.ts";
import { VariableMap } from "./variable-map.ts";

/** What holds for all steps of a stage. */
export interface StageScope extends Expanding {
  readonly source: SourceText;
  readonly globals: Variables;
  readonly given: GivenArguments;
  /** Those above. */
  readonly stages: StageNames<StageView>;
  readonly stage: StepView["stage"];
  /** Of shell texts; added to. */
  readonly problems: Problem[];
}

/** Steps, and what holds behind the last one. */
export interface ViewedSteps {
  readonly steps: readonly StepView[];
  readonly end: { readonly state: StepState; readonly environment: Variables };
}

/** Views the instructions of a stage that begins in a state. */
export function viewSteps(
  instructions: readonly Instruction[],
  begin: StepState,
  inherited: Variables,
  scope: StageScope,
): ViewedSteps {
  let state = begin;
  let environment = inherited;
  const steps: StepView[] = [];
  for (const whole of instructions) {
    const onBuild = whole.keyword === "ONBUILD";
    const instruction = onBuild ? whole.trigger : whole;
    steps.push(stepOf(instruction, whole, state, onBuild, scope));
    if (onBuild) continue;
    if (instruction.keyword === "ENV") environment = added(environment, instruction.pairs, state.variables, scope);
    state = stateAfter(instruction, state, scope);
  }
  return { steps, end: { state, environment } };
}

function stepOf(
  instruction: Instruction,
  whole: Instruction,
  before: StepState,
  onBuild: boolean,
  scope: StageScope,
): StepView {
  return {
    stage: scope.stage,
    keyword: instruction.keyword,
    range: whole.range,
    keywordRange: whole.keywordRange,
    instruction,
    section: undefined,
    before,
    scripts: scriptsOf(instruction, before, scope),
    copies: copiesOf(instruction, before, scope),
    mounts: instruction.flags.flatMap((flag) => mountOf(flag, before, scope)),
    pairs: "pairs" in instruction ? instruction.pairs.map((pair) => pairOf(pair, before, scope)) : [],
    onBuild,
  };
}

function stateAfter(instruction: Instruction, state: StepState, scope: StageScope): StepState {
  const value = (word: Word) => known(word.text, state.variables, scope).value;
  switch (instruction.keyword) {
    case "WORKDIR":
      return { ...state, folder: absolute(value(instruction.word), state.folder) };
    case "USER":
      return { ...state, user: value(instruction.word) ?? instruction.word.text };
    case "SHELL":
      return instruction.command.form === "exec" ? { ...state, shell: instruction.command.words } : state;
    case "ENV":
      return { ...state, variables: added(state.variables, instruction.pairs, state.variables, scope) };
    case "ARG":
      return { ...state, variables: declared(state.variables, instruction.pairs, scope) };
    default:
      return state;
  }
}

// All values of one ENV see the variables before it.
function added(to: Variables, pairs: readonly Pair[], seen: Variables, scope: StageScope): Variables {
  let values = VariableMap.from(to);
  for (const { name, value } of pairs)
    values = values.with(name.text, value ? known(value.text, seen, scope).value : "");
  return values;
}

function declared(state: Variables, pairs: readonly Pair[], scope: StageScope): Variables {
  const { globals, given } = scope;
  let values = VariableMap.from(state);
  for (const { name, value } of pairs) {
    const text = given.get(name.text) ?? (value ? known(value.text, values, scope).value : globals.get(name.text));
    values = values.with(name.text, text);
  }
  return values;
}

function copiesOf(instruction: Instruction, { variables, folder }: StepState, scope: StageScope): readonly CopyView[] {
  if (instruction.keyword !== "COPY" && instruction.keyword !== "ADD") return [];
  const { destination, flags } = instruction;
  const from = flags.find(({ name }) => name === "from");
  const target = known(destination.text, variables, scope).value;
  return [
    {
      range: instruction.range,
      sources: instruction.sources.map((source) =>
        "heredoc" in source
          ? { text: source.heredoc.name, range: source.heredoc.range, remote: false, inline: true }
          : { ...textOf(source, variables, scope), remote: isRemote(source.text), inline: false },
      ),
      target:
        target?.endsWith("/") && absolute(target, folder) !== "/"
          ? slash(absolute(target, folder))
          : absolute(target, folder),
      written: { text: destination.text, range: destination.range },
      from: from?.value === undefined ? undefined : fromOf(from.value, from.range, variables, scope),
    },
  ];
}

const slash = (path: string | undefined) => (path === undefined ? undefined : `${path}/`);

function textOf(word: Word, variables: Variables, scope: StageScope) {
  return { text: known(word.text, variables, scope).value ?? word.text, range: word.range };
}

function isRemote(text: string): boolean {
  return /^["']?((https?|ftp|git|ssh):\/\/|git@[\w.-]+:)/i.test(text);
}

function fromOf(text: string, range: Range, variables: Variables, scope: StageScope): BaseView {
  const get = (name: string) => (variables.has(name) ? variables : scope.globals).get(name);
  const value = known(text, { get }, scope);
  return baseOf({ ...value, text, range, agent: "docker" }, scope.stages);
}

function mountOf(flag: Flag, { variables }: StepState, scope: StageScope): StepView["mounts"] {
  if (flag.name !== "mount" || flag.value === undefined) return [];
  try {
    const expand = (value: string) => known(value, variables, scope).value ?? value;
    return [{ ...parseMountFlag(flag.value, expand), range: flag.range }];
  } catch (cause) {
    // The build says what is wrong with it; other practices go on without.
    if (cause instanceof BerthError) return [];
    throw cause;
  }
}

function pairOf({ name, value }: Pair, { variables }: StepState, scope: StageScope): PairView {
  const end = value?.range.end ?? name.range.end;
  return {
    name: name.text,
    nameRange: name.range,
    value: value && (known(value.text, variables, scope).value ?? value.text.replace(/^(["'])(.*)\1$/s, "$2")),
    valueRange: value?.range,
    range: { start: name.range.start, end },
  };
}
