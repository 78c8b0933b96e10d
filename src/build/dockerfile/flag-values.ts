// Reading the flags of an instruction; the parser has checked their names and numbers.

import type { Range } from "../../base/source.ts";
import type { Flag, Instruction } from "../../recipe/dockerfile/ast.ts";

/** The flag of that name, the last where it is repeated. */
export function flagOf(instruction: Instruction, name: string): Flag | undefined {
  return instruction.flags.findLast((flag) => flag.name === name);
}

/** All flags of that name, in order. */
export function flagsOf(instruction: Instruction, name: string): readonly Flag[] {
  return instruction.flags.filter((flag) => flag.name === name);
}

/** A flag that is true or false; undefined when it is not there. */
export function switchOf(instruction: Instruction, name: string): boolean | undefined {
  const flag = flagOf(instruction, name);
  return flag === undefined ? undefined : flag.value !== "false";
}

/** The values of `from` in a RUN's mounts, as they are written: a stage must be known before any value is. */
export function mountOrigins(instruction: Instruction): readonly { readonly text: string; readonly range: Range }[] {
  return flagsOf(instruction, "mount").flatMap(({ value = "", range }) => {
    const text = /(?:^|,)"?from=([^",]+)/i.exec(value)?.[1];
    return text === undefined ? [] : [{ text, range }];
  });
}
