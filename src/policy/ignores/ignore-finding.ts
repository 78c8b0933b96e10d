// Findings about comments that keep findings quiet. Their words and weights are those of the practices IGN001 to IGN003.

import { nearest } from "../../base/nearest.ts";
import type { Range, SourceText } from "../../base/source.ts";
import type { PolicyConfig } from "../config.ts";
import { fillText } from "../message.ts";
import { IGNORES } from "../practices/ignores/ignores.ts";
import { severityOf } from "../severity.ts";
import type { Edit, Finding, Fix } from "../types.ts";
import type { Ignore } from "./ignore-scope.ts";

/** Something that is to be said of a comment. */
export interface IgnoreRemark {
  readonly kind: "unused" | "unknown" | "ended" | "day" | "reason" | "forbidden" | "locked";
  readonly ignore: Ignore;
  readonly range: Range;
  readonly name?: string;
  readonly known?: readonly string[];
}

const RULES: Readonly<Record<IgnoreRemark["kind"], readonly [id: string, name: string | undefined]>> = {
  unused: ["IGN001", undefined],
  unknown: ["IGN001", "unknown-rule"],
  ended: ["IGN001", "ended"],
  day: ["IGN001", "day"],
  reason: ["IGN002", undefined],
  forbidden: ["IGN003", undefined],
  locked: ["IGN003", "locked"],
};

/** The finding; undefined when the policy does not want to hear of it. */
export function ignoreFinding(
  remark: IgnoreRemark,
  { source, policy, asked }: { source: SourceText; policy: PolicyConfig; asked: ReadonlySet<string> },
): Finding | undefined {
  const [id, name] = RULES[remark.kind];
  const practice = IGNORES.find((one) => one.id === id);
  if (!practice || !asked.has(id)) return undefined;
  const severity = severityOf(practice, name, policy);
  if (severity === "off") return undefined;
  const words = name === undefined ? undefined : practice.cases?.[name];
  const fields = fieldsOf(remark);
  const hint = words?.hint ?? practice.hint;
  return {
    rule: id,
    severity,
    message: fillText(words?.message ?? practice.message, fields),
    hint: hint === undefined ? undefined : fillText(hint, fields),
    pointer: "",
    place: { source, range: remark.range },
    certainty: "certain",
    fix: remark.kind === "unused" ? withoutComment(remark, source) : undefined,
  };
}

function fieldsOf({ ignore, name, known = [] }: IgnoreRemark) {
  const names = ignore.names.map((one) => one.name).join(", ");
  const meant = name === undefined ? undefined : nearest(name, known);
  const advice = meant === undefined ? "berth policy docs lists all rules" : `did you mean ${meant}?`;
  return { name: name ?? names, names, until: ignore.until, advice };
}

// Only where the comment is alone on its line and names nothing else.
function withoutComment({ ignore }: IgnoreRemark, { text }: SourceText): Fix | undefined {
  const start = text.lastIndexOf("\n", ignore.range.start - 1) + 1;
  if (ignore.names.length !== 1 || text.slice(start, ignore.range.start).trim() !== "") return undefined;
  const feed = text.indexOf("\n", ignore.range.end);
  const edit: Edit = { range: { start, end: feed < 0 ? text.length : feed + 1 }, text: "" };
  return { title: "remove the comment", safe: true, edits: [edit] };
}
