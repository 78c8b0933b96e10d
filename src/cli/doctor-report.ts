// The findings of `berth doctor` as text for a person: one line each, and for what is not well the consequence and the cure.

import { type Facts, type Finding, isFit, type State } from "../platform/doctor/index.ts";

const COLORS: Readonly<Record<State, string>> = {
  ok: "\x1b[32m",
  warn: "\x1b[33m",
  gap: "\x1b[31m",
  unknown: "\x1b[36m",
};
const MARKS: Readonly<Record<State, string>> = { ok: "ok", warn: "warn", gap: "GAP", unknown: "?" };
const NAME_COLUMN = 9;

export interface Look {
  readonly color: boolean;
  /** Columns of the terminal. */
  readonly width: number;
}

/** The whole report, with its end of line. */
export function doctorReport(facts: Facts, findings: readonly Finding[], look: Look): string {
  const head = `${facts.distributionName}, kernel ${facts.kernel.release}, as ${facts.user.name} (uid ${facts.user.uid})`;
  return findingsReport(head, findings, conclusion(findings), look);
}

/** Findings of anything, between a head and a conclusion. */
export function findingsReport(head: string, findings: readonly Finding[], end: string, look: Look): string {
  const names = Math.max(...findings.map((finding) => finding.name.length));
  return [head, "", ...findings.flatMap((finding) => describe(finding, names, look)), "", end, ""].join("\n");
}

function describe({ name, state, found, consequence, cure }: Finding, names: number, look: Look): readonly string[] {
  const mark = MARKS[state].padEnd(7);
  const indent = NAME_COLUMN + names + 2;
  const lines = [`  ${look.color ? `${COLORS[state]}${mark}\x1b[0m` : mark}${name.padEnd(names + 2)}${found}`];
  if (state === "ok") return lines;
  if (consequence) lines.push(...wrap(`so: ${consequence}`, indent, look.width));
  // A cure is copied into a shell: it is never broken over lines.
  for (const line of cure?.split("\n") ?? [])
    lines.push(`${" ".repeat(indent)}${line === cure?.split("\n")[0] ? "cure: " : "      "}${line}`);
  return lines;
}

function wrap(text: string, indent: number, width: number): readonly string[] {
  const room = Math.max(30, width - indent);
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line && line.length + 1 + word.length > room) {
      lines.push(line);
      line = `    ${word}`;
    } else line = line ? `${line} ${word}` : word;
  }
  return [...lines, line].map((each) => " ".repeat(indent) + each);
}

function conclusion(findings: readonly Finding[]): string {
  const count = (state: State): number => findings.filter((finding) => finding.state === state).length;
  const rest = `${count("warn")} with less than they could, ${count("unknown")} unknown`;
  if (isFit(findings))
    return `Images can be pulled and run here (${count("ok")} of ${findings.length} checks are well, ${rest}).`;
  return `${count("gap")} of ${findings.length} checks found a gap that prevents pulling or running images (${rest}).`;
}
