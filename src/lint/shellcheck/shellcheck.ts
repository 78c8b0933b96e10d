// ShellCheck as a second engine: what it says of the scripts of texts, as findings with places in those texts.

import type { Range, SourceText } from "../../base/source.ts";
import type { DocumentKind } from "../../policy/document-kind.ts";
import { fillText } from "../../policy/message.ts";
import type { Finding } from "../../policy/types.ts";
import { runShellcheck, type ShellcheckCall, type ShellRemark } from "./run-shellcheck.ts";
import { type CheckedScript, scriptsOf } from "./scripts.ts";

/** A text with its kind. */
export interface ShellText {
  readonly source: SourceText;
  readonly kind: DocumentKind;
}

/** Findings by the name of the text. @throws E_LINT_ENGINE */
export async function shellFindings(
  texts: readonly ShellText[],
  call: ShellcheckCall & { readonly buildArguments?: ReadonlyMap<string, string> | undefined },
): Promise<ReadonlyMap<string, readonly Finding[]>> {
  const scripts = texts.flatMap(({ source, kind }) => scriptsOf(source, kind, call.buildArguments));
  const remarks = await runShellcheck(
    scripts.map(({ head, text }) => head + text),
    call,
  );
  const found = new Map<string, Finding[]>();
  for (const remark of remarks) {
    const script = scripts[remark.script];
    const finding = script && findingOf(script, remark);
    if (finding) found.set(script.source.name, [...(found.get(script.source.name) ?? []), finding]);
  }
  return found;
}

function findingOf(script: CheckedScript, remark: ShellRemark): Finding | undefined {
  const range = rangeOf(script, remark);
  // What it says of the lines that were put before the script is not of the script.
  if (!range) return undefined;
  return {
    rule: `SC${remark.code}`,
    severity: remark.level,
    message: fillText("{message}", { message: remark.message.replace(/\.$/, "") }),
    hint: undefined,
    pointer: "",
    place: { source: script.source, range },
    certainty: "likely",
  };
}

function rangeOf({ head, text, place }: CheckedScript, remark: ShellRemark): Range | undefined {
  const before = head.split("\n").length - 1;
  const start = offsetOf(text, remark.line - before, remark.column);
  const end = offsetOf(text, remark.endLine - before, remark.endColumn);
  return start === undefined ? undefined : place({ start, end: Math.max(start, end ?? start) });
}

// Columns count characters; offsets count UTF-16 units.
function offsetOf(text: string, line: number, column: number): number | undefined {
  if (line < 1) return undefined;
  let at = 0;
  for (let number = 1; number < line; number++) {
    const feed = text.indexOf("\n", at);
    if (feed < 0) return text.length;
    at = feed + 1;
  }
  for (let number = 1; number < column && at < text.length && text[at] !== "\n"; number++)
    at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  return at;
}
