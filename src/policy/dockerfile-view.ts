// What a Dockerfile says of the image that it makes: the instructions of its last stage and of those that it is built from. Words
// are taken as written but for quotes; variables stay.

import type { Dockerfile, Instruction, Word } from "../recipe/dockerfile/ast.ts";

/** The instructions that make the last stage, those of the stages below it first; without FROM. */
export function finalChain({ instructions }: Dockerfile): readonly Instruction[] {
  const stages: Instruction[][] = [];
  for (const instruction of instructions) {
    if (instruction.keyword === "FROM") stages.push([instruction]);
    else stages.at(-1)?.push(instruction);
  }
  const chain: Instruction[] = [];
  for (let index = stages.length - 1; index >= 0; ) {
    const [from, ...rest] = stages[index] ?? [];
    chain.unshift(...rest);
    index = from?.keyword === "FROM" ? stageNamed(from.image, stages.slice(0, index)) : -1;
  }
  return chain;
}

function stageNamed(image: Word, stages: readonly (readonly Instruction[])[]): number {
  return stages.findLastIndex(([from]) => {
    const alias = from?.keyword === "FROM" ? from.alias?.text : undefined;
    return alias !== undefined && alias.toLowerCase() === image.text.toLowerCase();
  });
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
