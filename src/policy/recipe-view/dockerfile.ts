// A Dockerfile's stages, with what holds in each: arguments of the head, the environment taken over from the stage below.

import type { SourceText } from "../../base/source.ts";
import type { Dockerfile, Instruction, InstructionOf } from "../../recipe/dockerfile/ast.ts";
import { parseDockerfile } from "../../recipe/dockerfile/parse.ts";
import { expansionWork } from "../../recipe/expansion-work.ts";
import { baseOf, StageNames } from "./base.ts";
import { type StageScope, viewSteps } from "./dockerfile-steps.ts";
import { type Expanding, known, knownInHead, type Variables } from "./expansion.ts";
import type { GivenArguments } from "./recipe-view.ts";
import { DEFAULT_SHELL } from "./shell-of.ts";
import type { RecipeView, StageView, StepState } from "./types.ts";
import { VariableMap } from "./variable-map.ts";

interface Draft {
  readonly index: number;
  readonly name: string | undefined;
  readonly from: InstructionOf<"FROM">;
  readonly instructions: readonly Instruction[];
}

/** The view of a Dockerfile. */
export function viewDockerfile(source: SourceText, given: GivenArguments): RecipeView {
  const dockerfile = parseDockerfile(source);
  const expanding: Expanding = { escaping: dockerfile.escape, work: expansionWork() };
  const globals = globalArguments(dockerfile, given, expanding);
  const drafts = draftsOf(dockerfile);
  const finals = finalIndexes(drafts, globals, expanding);
  const stages: StageView[] = [];
  const above = new StageNames<StageView>();
  const ends = new Map<StageView, StepState>();
  const problems = [...dockerfile.problems];
  for (const draft of drafts) {
    const { image } = draft.from;
    const written = { ...knownInHead(image.text, globals, expanding), text: image.text, range: image.range };
    const base = baseOf({ ...written, agent: "docker" }, above);
    const begin = (base.stage && ends.get(base.stage)) ?? startOf(base.scratch);
    const scope: StageScope = {
      ...{ ...expanding, source, globals, given, stages: above, problems },
      stage: { index: draft.index, final: finals.has(draft.index) },
    };
    const { steps, end } = viewSteps(draft.instructions, begin, base.stage?.environment ?? VariableMap.none, scope);
    const last = draft.instructions.at(-1) ?? draft.from;
    const stage: StageView = {
      ...{ index: draft.index, name: draft.name, nameRange: draft.from.alias?.range, base, steps },
      range: { start: draft.from.range.start, end: last.range.end },
      final: finals.has(draft.index),
      environment: end.environment,
    };
    stages.push(stage);
    above.add(stage);
    ends.set(stage, end.state);
  }
  const chain = stages.filter(({ final }) => final);
  return { kind: "dockerfile", source, dockerfile, definition: undefined, stages, chain, problems };
}

function startOf(scratch: boolean): StepState {
  return { folder: scratch ? "/" : undefined, user: undefined, variables: VariableMap.none, shell: DEFAULT_SHELL };
}

function draftsOf({ instructions }: Dockerfile): readonly Draft[] {
  const drafts: (Omit<Draft, "instructions"> & { readonly instructions: Instruction[] })[] = [];
  for (const instruction of instructions) {
    if (instruction.keyword === "FROM")
      drafts.push({ index: drafts.length, name: instruction.alias?.text, from: instruction, instructions: [] });
    else drafts.at(-1)?.instructions.push(instruction);
  }
  return drafts;
}

// Platform arguments have values in every build, but not known ones.
const PLATFORM_ARGUMENTS = [
  ...["BUILDPLATFORM", "BUILDOS", "BUILDOSVERSION", "BUILDARCH", "BUILDVARIANT"],
  ...["TARGETPLATFORM", "TARGETOS", "TARGETOSVERSION", "TARGETARCH", "TARGETVARIANT", "TARGETSTAGE"],
];

function globalArguments({ instructions }: Dockerfile, given: GivenArguments, expanding: Expanding): Variables {
  const globals = new Map<string, string | undefined>(PLATFORM_ARGUMENTS.map((name) => [name, undefined]));
  for (const instruction of instructions) {
    if (instruction.keyword === "FROM") break;
    if (instruction.keyword !== "ARG") continue;
    for (const { name, value } of instruction.pairs)
      globals.set(name.text, given.get(name.text) ?? (value && known(value.text, globals, expanding).value));
  }
  return globals;
}

/** Numbers of the last stage and of those that it is built from. */
function finalIndexes(drafts: readonly Draft[], globals: Variables, expanding: Expanding): ReadonlySet<number> {
  const above = new StageNames<Draft>();
  const below = drafts.map((draft) => {
    const { value } = knownInHead(draft.from.image.text, globals, expanding);
    const base = value === undefined ? undefined : above.named(value);
    above.add(draft);
    return base;
  });
  const found = new Set<number>();
  for (let draft = drafts.at(-1); draft; draft = below[draft.index]) found.add(draft.index);
  return found;
}
