// What an instruction executes, as scripts.

import type { Instruction } from "../../recipe/dockerfile/ast.ts";
import { type InstructionScript, instructionScript } from "../../recipe/dockerfile/script.ts";
import type { StageScope } from "./dockerfile-steps.ts";
import { execScript, shellScript } from "./script.ts";
import { shellOf, shellOfShebang } from "./shell-of.ts";
import type { ScriptPurpose, ScriptView, StepState } from "./types.ts";

const PURPOSES: Readonly<Partial<Record<Instruction["keyword"], ScriptPurpose>>> = {
  RUN: "build",
  CMD: "entry",
  ENTRYPOINT: "entry",
  HEALTHCHECK: "health",
};

/** The scripts of an instruction: its command, or here-documents that are scripts of their own. */
export function scriptsOf(instruction: Instruction, before: StepState, scope: StageScope): readonly ScriptView[] {
  const purpose = PURPOSES[instruction.keyword];
  if (purpose === undefined || !("command" in instruction) || !instruction.command) return [];
  const { command } = instruction;
  const common = {
    purpose,
    variables: before.variables,
    folder: before.folder,
    problems: scope.problems,
    work: scope.work,
  };
  if (command.form === "exec") return [execScript(command, common)];
  const script = instructionScript(scope.source, instruction);
  if (!script) return [];
  return [
    shellScript(script, {
      ...common,
      range: instruction.range,
      ...useOf(script, before),
      heredoc: script.from === "heredoc",
    }),
  ];
}

function useOf({ interpreter }: InstructionScript, { shell }: StepState) {
  return interpreter === undefined ? shellOf(shell) : shellOfShebang(interpreter);
}
