// What a Dockerfile says of the image that it makes: the instructions of its last stage and of those that it is built from. Words
// are taken as written but for quotes; variables stay.

import type { Dockerfile, Instruction, Word } from "../recipe/dockerfile/ast.ts";

interface Stage {
  readonly below: Stage | undefined;
  readonly instructions: Instruction[];
}

/** The instructions that make the last stage, those of the stages below it first; without FROM. */
export function finalChain({ instructions }: Dockerfile): readonly Instruction[] {
  const named = new Map<string, Stage>();
  let last: Stage | undefined;
  for (const instruction of instructions) {
    if (instruction.keyword === "FROM") {
      last = { below: named.get(instruction.image.text.toLowerCase()), instructions: [] };
      if (instruction.alias) named.set(instruction.alias.text.toLowerCase(), last);
    } else last?.instructions.push(instruction);
  }
  const chain: Stage[] = [];
  for (let stage = last; stage; stage = stage.below) chain.push(stage);
  return chain.reverse().flatMap((stage) => stage.instructions);
}

/** A word without its quotes. */
export function bare({ text }: Word): string {
  return text.replace(/^(["'])(.*)\1$/s, "$2");
}

/** The program that a command begins with, without folder and wrappers. */
export function programOf(words: readonly string[]): string | undefined {
  const first = words.find((word) => !/^(exec|env|nice|sudo|tini|dumb-init|--|-g|\w+=.*)$/.test(baseName(word)));
  return first === undefined ? undefined : baseName(first);
}

/** Words of CMD or ENTRYPOINT in either form. */
export function wordsOf(instruction: Instruction): readonly string[] {
  if (instruction.keyword !== "CMD" && instruction.keyword !== "ENTRYPOINT") return [];
  const { command } = instruction;
  return command.form === "exec" ? command.words : command.text.trim().split(/\s+/).slice(0, 64);
}

function baseName(word: string): string {
  return word.slice(word.lastIndexOf("/") + 1);
}
