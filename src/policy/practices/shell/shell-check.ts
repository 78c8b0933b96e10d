// How a check of the shell becomes a practice: its id is the one that people know from ShellCheck. Knows no check.

import type { Range } from "../../../base/source.ts";
import type { Practice, PracticeExample } from "../../practice.ts";
import type { Hit } from "../../rule.ts";
import type { Edit } from "../../types.ts";
import { type ShellBody, shellBodies } from "./shell-body.ts";

/** What a check finds: ranges are those of the tree. */
export interface ShellFinding {
  readonly range: Range;
  readonly fields?: Hit["fields"];
  readonly fix?: { readonly title: string; readonly edits: readonly Edit[] } | undefined;
}

/** What is written of a check. */
export interface ShellCheck {
  readonly id: `SC${number}`;
  readonly title: string;
  readonly severity: Practice["severity"];
  readonly message: string;
  readonly hint: string;
  readonly why: string;
  readonly fix?: Practice["fix"];
  readonly certainty?: Practice["certainty"];
  /** Scripts for RUN; each stands below `FROM debian:13.1`. */
  readonly passes: readonly string[];
  readonly fails: readonly string[];
  /** Whole examples. */
  readonly more?:
    | { readonly passes?: readonly PracticeExample[]; readonly fails?: readonly PracticeExample[] }
    | undefined;
  readonly find: (body: ShellBody) => readonly ShellFinding[];
}

/** Makes the practice. */
export function shellCheck(check: ShellCheck): Practice {
  const { id, title, severity, message, hint, why, fix, certainty = "certain", find, more } = check;
  return {
    ...{ id, title, severity, message, hint, why, fix, certainty },
    class: "optional",
    source: "ours",
    peers: [],
    checks: {
      recipe: (subject) => shellBodies(subject).flatMap((body) => find(body).map((found) => hitOf(body, found, fix))),
    },
    passes: [...check.passes.map(exampleOf), ...(more?.passes ?? [])],
    fails: [...check.fails.map((script) => ({ ...exampleOf(script), expect: { line: 2 } })), ...(more?.fails ?? [])],
  };
}

function exampleOf(script: string): PracticeExample {
  return { shows: script, dockerfile: `FROM debian:13.1\nRUN ${script}\n` };
}

function hitOf(body: ShellBody, { range, fields, fix }: ShellFinding, kind: Practice["fix"]): Hit {
  const edits = body.exact ? fix : undefined;
  return {
    fields,
    range: body.at(range),
    fix: edits && { title: edits.title, safe: kind === "safe", edits: edits.edits },
  };
}
