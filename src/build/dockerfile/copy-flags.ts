// The flags of COPY and ADD, expanded and checked. Pure.

import type { Located } from "../../base/source.ts";
import type { Instruction } from "../../recipe/dockerfile/ast.ts";
import type { CopyStep } from "../types.ts";
import type { Draft } from "./draft.ts";
import { failAt } from "./errors.ts";
import { flagOf, flagsOf, switchOf } from "./flag-values.ts";
import { expanded, type Scope } from "./scope.ts";

/** What the flags say. `--link` is accepted and changes nothing: every step is a layer of its own here. */
export interface CopyFlags {
  readonly attributes: Pick<CopyStep, "owner" | "mode" | "exclude">;
  readonly parents: boolean;
  readonly unpack: boolean | undefined;
  readonly checksum: string | undefined;
  readonly keepGitDir: boolean | undefined;
}

const CLAUSE = /^[ugoa]*(?:[-+=](?:[rwxXst]*|[ugo]))+$/;

/** Reads the flags of an instruction. @throws E_VALUE */
export function copyFlags(instruction: Instruction, draft: Draft, scope: Scope, at: Located): CopyFlags {
  const value = (name: string) => {
    const flag = flagOf(instruction, name);
    if (flag?.value === undefined) return undefined;
    return expanded({ text: flag.value, range: flag.range }, draft.variables, scope) || undefined;
  };
  const [owner, mode] = [value("chown"), value("chmod")];
  if (mode !== undefined && !isMode(mode)) {
    const hint = "write octal digits such as 0755, or clauses such as u=rwX,go=rX";
    throw failAt("E_VALUE", at, { what: `--chmod=${mode}`, why: "is not a mode", hint });
  }
  return {
    attributes: {
      ...(owner === undefined ? {} : { owner }),
      ...(mode === undefined ? {} : { mode }),
      exclude: flagsOf(instruction, "exclude").map((flag) => flag.value ?? ""),
    },
    parents: switchOf(instruction, "parents") ?? false,
    unpack: switchOf(instruction, "unpack"),
    checksum: value("checksum"),
    keepGitDir: switchOf(instruction, "keep-git-dir"),
  };
}

function isMode(text: string): boolean {
  return /^[0-7]{1,4}$/.test(text) || text.split(",").every((clause) => CLAUSE.test(clause));
}
