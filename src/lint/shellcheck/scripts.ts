// The shell scripts of a text as ShellCheck is to see them: each as a file of its own, and the way back to the text.

import type { Range, SourceText } from "../../base/source.ts";
import type { DocumentKind } from "../../policy/document-kind.ts";
import { viewRecipe } from "../../policy/recipe-view/recipe-view.ts";
import type { ScriptView, StepView } from "../../policy/recipe-view/types.ts";

/** A script for ShellCheck. */
export interface CheckedScript {
  readonly source: SourceText;
  /** What is put before `text`: the shell, and variables that are known. Ends with a line end. */
  readonly head: string;
  readonly text: string;
  /** The place in the source of a part of `text`. */
  place(range: Range): Range;
}

/** ShellCheck's name of a shell; undefined for those that it does not know. */
const SHELLS: Readonly<Record<string, string>> = { sh: "sh", bash: "bash", dash: "dash", ash: "dash", ksh: "ksh" };

// More scripts than a person wrote.
const MOST_SCRIPTS = 500;

/** The scripts of a text, in its order. */
export function scriptsOf(source: SourceText, kind: DocumentKind, given?: ReadonlyMap<string, string>) {
  if (kind === "script") return wholeFile(source);
  if (kind === "compose") return [];
  const { stages } = viewRecipe(source, kind, given);
  const scripts = stages.flatMap(({ steps }) =>
    steps.flatMap((step) => step.scripts.flatMap((script) => scriptOf(source, step, script) ?? [])),
  );
  return scripts.slice(0, MOST_SCRIPTS);
}

function scriptOf(source: SourceText, { before }: StepView, script: ScriptView): CheckedScript | undefined {
  const shell = script.shell === undefined ? undefined : SHELLS[script.shell];
  if (shell === undefined || script.exec || script.text.trim() === "") return undefined;
  const names = [...before.variables.keys()].filter((name) => /^[A-Za-z_]\w*$/.test(name));
  const known = names.map((name) => `export ${name}=1\n`).join("");
  const head = `#!/bin/${shell}${script.errexit ? " -e" : ""}\n${script.pipefail ? "set -o pipefail\n" : ""}${known}`;
  return { source, head, text: script.text, place: (range) => script.place(range) };
}

function wholeFile(source: SourceText): readonly CheckedScript[] {
  const [, name = "bash", options = ""] = /^#!\s*(?:\S*\/)?(?:env\s+)?(\w+)([^\n]*)/.exec(source.text) ?? [];
  const shell = SHELLS[name];
  if (shell === undefined) return [];
  const errexit = /\s-\w*e/.test(options) ? " -e" : "";
  return [{ source, head: `#!/bin/${shell}${errexit}\n`, text: source.text, place: (range) => range }];
}
