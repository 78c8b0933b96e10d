// The type of one kind of instruction, for the functions that handle a single keyword.

import type { Instruction, Keyword } from "../../recipe/dockerfile/ast.ts";

/** The record of instructions with this keyword; keywords that look alike share one. */
export type InstructionOf<Name extends Keyword> = Kind<Instruction, Name>;

type Kind<Member, Name extends Keyword> = Member extends { readonly keyword: infer Names }
  ? Name extends Names
    ? Member
    : never
  : never;
