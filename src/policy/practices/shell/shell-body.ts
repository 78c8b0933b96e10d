// A recipe's shell scripts taken apart for checks of the shell's own traps: commands, compounds, statements, with the way back to
// the file. Knows no check.

import type { Range } from "../../../base/source.ts";
import { resolveDefinition } from "../../../recipe/definition/index.ts";
import type {
  CompoundCommand,
  FunctionDefinition,
  Script,
  ShellTree,
  SimpleCommand,
  Statement,
} from "../../../recipe/shell/ast.ts";
import { childrenOf, scriptsIn } from "../../../recipe/shell/children.ts";
import { type CommandUse, simpleCommands } from "../../../recipe/shell/index.ts";
import type { RecipeSubject } from "../../practice-subjects.ts";
import type { Variables } from "../../recipe-view/expansion.ts";
import type { RecipeView, ScriptView, StageView, StepView } from "../../recipe-view/types.ts";
import { lowestBase } from "../recipe-parts.ts";

/** One script with everything in it. */
export interface ShellBody {
  readonly stage: StageView;
  readonly step: StepView;
  readonly script: ScriptView;
  readonly tree: ShellTree;
  readonly recipe: RecipeView;
  /** As written, those of substitutions and bodies, too. */
  readonly simples: readonly SimpleCommand[];
  readonly compounds: readonly (CompoundCommand | FunctionDefinition)[];
  readonly statements: readonly Statement[];
  /** In the order of execution, wrappers taken off. */
  readonly uses: readonly CommandUse[];
  /** What the step knows of variables. */
  readonly variables: Pick<Variables, "get" | "has">;
  /** The place in the file. */
  at(range: Range): Range;
  /** Places are those of the text that was parsed, so that it can be edited. */
  readonly exact: boolean;
}

// Some 25 checks look at the same scripts: they are taken apart once for each view, and forgotten with it.
const BODIES = new WeakMap<RecipeView, readonly ShellBody[]>();

/** The shell scripts of a recipe that were read without mistakes. */
export function shellBodies(subject: RecipeSubject): readonly ShellBody[] {
  const known = BODIES.get(subject.recipe);
  if (known) return known;
  const bodies = bodiesOf(subject);
  BODIES.set(subject.recipe, bodies);
  return bodies;
}

function bodiesOf({ recipe, facts }: RecipeSubject): readonly ShellBody[] {
  const exact = recipe.definition === undefined || recipe.definition.source.text === recipe.source.text;
  const place = exact ? undefined : resolveDefinition(recipe.source, facts.buildArguments ?? new Map()).place;
  const at = (range: Range) => place?.(range).range ?? range;
  return recipe.stages.flatMap((stage) =>
    stage.steps.flatMap((step) =>
      step.scripts.flatMap((script) => {
        const { tree, exec } = script;
        if (!tree || exec || tree.problems.length > 0) return [];
        const variables = joined(stage.environment, step.before.variables);
        const uses = simpleCommands(tree, { errexit: script.errexit, pipefail: script.pipefail });
        return [{ stage, step, script, tree, recipe, ...partsOf(tree.script), uses, variables, at, exact }];
      }),
    ),
  );
}

function joined(first: Variables, second: Variables): Pick<Variables, "get" | "has"> {
  return {
    get: (name) => (first.has(name) ? first : second).get(name),
    has: (name) => first.has(name) || second.has(name),
  };
}

type Parts = Pick<ShellBody, "simples" | "compounds" | "statements">;

function partsOf(root: Script): Parts {
  const simples: SimpleCommand[] = [];
  const compounds: (CompoundCommand | FunctionDefinition)[] = [];
  const statements: Statement[] = [];
  const queue: Script[] = [root];
  for (let script = queue.shift(); script; script = queue.shift()) {
    for (const statement of script.statements) {
      statements.push(statement);
      for (const command of statement.pipelines.flatMap(({ commands }) => commands)) {
        if (command.kind === "simple") {
          simples.push(command);
          for (const one of scriptsIn(command)) queue.push(one);
        } else {
          compounds.push(command);
          for (const one of childrenOf(command).map((child) => child.script)) queue.push(one);
        }
      }
    }
  }
  return { simples: inOrder(simples), compounds: inOrder(compounds), statements: inOrder(statements) };
}

function inOrder<Item extends { readonly range: Range }>(items: readonly Item[]): readonly Item[] {
  return [...items].sort((one, other) => one.range.start - other.range.start);
}

/** `/bin/sh` of the base is bash, or has what bash has here; undefined base names are not known. */
export function hasBashLikeSh({ stage, tree }: ShellBody): boolean {
  if (tree.dialect === "bash") return true;
  const base = lowestBase(stage);
  const name = `${base.name?.base ?? ""}:${base.name?.tag ?? ""}`;
  return /^(alpine|busybox|centos|fedora|rockylinux|almalinux|oraclelinux|ubi\d*|leap|tumbleweed|amazonlinux|archlinux)\b|alpine/.test(
    name,
  );
}
