// A proposal for people: what the reader and the rules found, with the lines of the file, and what would be done. Pure.

import type { Finding, Note, Plan, Proposal, StackDiff } from "../../services/client/api-types.ts";

const SIGNS = { error: "error", warning: "warning", info: "note", style: "style" } as const;

/** Findings first, the plan behind them. */
export function proposalText(proposal: Proposal): string {
  const { notes, findings, plan, allowed } = proposal;
  const said = [...notes.map(noteText), ...findings.map(findingText)].map((text) => `${text}\n`);
  // What may not be is not planned either.
  return `${said.join("")}${allowed ? planText(plan) : ""}`;
}

/** In one line how many there are of each kind; empty: none. */
export function findingsSum({ notes, findings }: Pick<Proposal, "notes" | "findings">): string {
  const counts = new Map<string, number>();
  for (const { severity } of [...notes, ...findings.filter(({ waived }) => !waived)]) {
    counts.set(SIGNS[severity], (counts.get(SIGNS[severity]) ?? 0) + 1);
  }
  return [...counts].map(([sign, count]) => `${count} ${sign}${count === 1 ? "" : "s"}`).join(", ");
}

function noteText({ severity, message, hint, place }: Note): string {
  return framed(`${SIGNS[severity]}: ${message}`, hint, place);
}

function findingText({ rule, severity, message, hint, place, waived, certainty }: Finding): string {
  const unknown = certainty === "unknown" ? " (could not be decided)" : "";
  if (waived) return `allowed ${rule}: ${message}; ${waived.by}: ${waived.reason}`;
  return framed(`${SIGNS[severity]} ${rule}: ${message}${unknown}`, hint, place);
}

function framed(title: string, hint: string | undefined, place: Finding["place"]): string {
  const where = place ? `${place.file}:${place.line}:${place.column}: ` : "";
  const frame = place ? `\n${place.frame}` : "";
  return `${where}${title}${frame}${hint === undefined ? "" : `\n  ${hint}`}`;
}

const DOING: ReadonlySet<string> = new Set(["keep", "wait-healthy", "wait-completed", "wait"]);

/** What would be done, a line each; steps that only wait are left out. */
export function planText({ waves, warnings }: Plan): string {
  const steps = waves.flat().filter(({ action }) => !DOING.has(action));
  const lines = steps.map(({ action, service, target, why }) => {
    const whose = service === undefined ? "" : ` ${service}:`;
    return `  ${action.padEnd(14)}${whose} ${target}${why === "" ? "" : `  (${why})`}`;
  });
  const head = lines.length === 0 ? "nothing to do\n" : `plan:\n${lines.join("\n")}\n`;
  return `${warnings.map((warning) => `warning: ${warning}\n`).join("")}${head}`;
}

const MARKS = { added: "+", removed: "-", replaced: "~", adjusted: "~", same: " " } as const;

/** What would change, service by service. */
export function diffText({ services, same }: StackDiff): string {
  if (same) return "no difference\n";
  const lines = services
    .filter(({ change }) => change !== "same")
    .flatMap(({ service, change, fields }) => [
      `${MARKS[change]} ${service} (${change})`,
      ...fields.map(({ pointer, before, after }) => `    ${pointer}: ${before ?? "nothing"} -> ${after ?? "nothing"}`),
    ]);
  return `${lines.join("\n")}\n`;
}
