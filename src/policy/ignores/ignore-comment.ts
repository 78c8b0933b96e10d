// Comments that keep findings quiet: ours (`# policy ignore=PKG010 -- reason`) and those of peers, as data. Reads one comment's text;
// where comments stand and what they cover is told in `ignore-scope.ts`.

/** Whose form it is. */
export type IgnoreForm = "policy" | "hadolint" | "trivy" | "check" | "shellcheck";

/** What a comment asks for. */
export interface IgnoreWords {
  readonly form: IgnoreForm;
  /** For the whole file. */
  readonly whole: boolean;
  /** Ids of rules, ours or peers', each with its place in the comment's text. */
  readonly names: readonly { readonly name: string; readonly at: number }[];
  /** Last day, as written: `2027-01-01`. */
  readonly until: string | undefined;
  /** Behind `--`. */
  readonly reason: string | undefined;
}

/** Quick: whether any comment of a text may be one. */
export function hasIgnores(text: string): boolean {
  return /#\s*(policy\s+(file-)?ignore|hadolint\s|trivy:ignore|check\s*=|shellcheck\s)/i.test(text);
}

/** What a comment (with its `#`) asks for; undefined when it is an ordinary one. */
export function readIgnore(comment: string): IgnoreWords | undefined {
  for (const [pattern, form, whole] of FORMS) {
    const match = pattern.exec(comment);
    if (!match) continue;
    const [head] = match;
    const { list, tail } = listOf(comment.slice(head.length));
    return {
      form,
      whole: whole === "by word" ? /file-ignore|global/i.test(head) : whole,
      names: namesOf(form, list, head.length),
      until: untilOf(form, list, tail),
      reason: /(?:^|\s)--\s*(\S.*?)\s*$/.exec(tail)?.[1],
    };
  }
  return undefined;
}

const FORMS: readonly (readonly [RegExp, IgnoreForm, boolean | "by word"])[] = [
  [/^#+\s*policy\s+(?:file-)?ignore\s*=\s*/i, "policy", "by word"],
  [/^#+\s*hadolint\s+(?:global\s+)?ignore\s*=\s*/i, "hadolint", "by word"],
  [/^#+\s*trivy:ignore:/i, "trivy", false],
  [/^#\s*check\s*=\s*(?:.*;\s*)?skip\s*=\s*/i, "check", true],
  [/^#+\s*shellcheck\s+(?:.*\s)?disable=/i, "shellcheck", false],
];

// The list ends at the first blank that no comma stands before.
function listOf(rest: string): { readonly list: string; readonly tail: string } {
  const [list = ""] = /^[^\s;,]*(?:\s*,\s*[^\s;,]+)*/.exec(rest) ?? [];
  return { list, tail: rest.slice(list.length) };
}

function namesOf(form: IgnoreForm, list: string, from: number): IgnoreWords["names"] {
  // trivy:ignore:DS-0002:exp:2027-01-01
  const part = form === "trivy" ? (list.split(":")[0] ?? "") : list;
  return [...part.matchAll(/[^\s,]+/g)].map((match) => ({ name: match[0], at: from + match.index }));
}

function untilOf(form: IgnoreForm, list: string, tail: string): string | undefined {
  const [, day] = (form === "trivy" ? /:exp:(\S+)/ : /^\s*until=(\S+)/i).exec(form === "trivy" ? list : tail) ?? [];
  return day;
}

/** A peer's name for a check in the form in which practices list it: `AVD-DS-0002` and `DS002` are `DS-0002`. */
export function plainName(name: string): string {
  const [, number] = /^(?:AVD-)?DS-?0*(\d+)$/i.exec(name) ?? [];
  return number === undefined ? name : `DS-${number.padStart(4, "0")}`;
}
