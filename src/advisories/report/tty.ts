// A scan report for people: flaws by package, worst first, what to do, and everything that could not be looked at. Names in it
// come from images and mirrors, so control characters never pass, nor those that turn the order of letters.

import { SEVERITIES } from "../severity.ts";
import type { Flaw, FlawSeverity, ScanReport } from "../types.ts";

export interface TtyOptions {
  readonly color: boolean;
  /** What was scanned, as named by the person. */
  readonly target: string;
  readonly maxAgeDays: number;
}

const COLORS: Readonly<Record<FlawSeverity, string>> = {
  critical: "1;31",
  high: "31",
  medium: "33",
  low: "36",
  none: "2",
  unknown: "35",
};
const MAX_WIDTH = 100;

/** The report in lines. `shown` are the flaws to list; counts are of all. */
export function ttyReport(report: ScanReport, shown: readonly Flaw[], options: TtyOptions): string {
  const paint = (text: string, code: string) => (options.color ? `\x1b[${code}m${text}\x1b[0m` : text);
  const lines = shown.flatMap((flaw) => flawLines(flaw, paint));
  return [...lines, ...summary(report, shown, options, paint)].map((line) => `${line}\n`).join("");
}

type Paint = (text: string, code: string) => string;

function flawLines(flaw: Flaw, paint: Paint): readonly string[] {
  const { id, severity, score, name, installed, fixed, exploited, certainty, suppressed, foundBy } = flaw;
  const marks = [
    score === undefined ? "" : `CVSS ${score.toFixed(1)}`,
    exploited ? paint("used by attackers", "1;31") : "",
    certainty === "certain" ? "" : certainty,
    foundBy.length === 1 && foundBy[0] === "berth" ? "" : `found by ${foundBy.join(", ")}`,
  ].filter((mark) => mark !== "");
  const head = `${paint(severity.padEnd(8), COLORS[severity])} ${clean(id)}  ${clean(name)} ${clean(installed)}`;
  const what = suppressed
    ? `not counted: ${clean(suppressed.reason)} (${suppressed.by}${suppressed.until ? `, until ${suppressed.until}` : ""})`
    : ((fixed === undefined ? NO_FIX[flaw.state] : undefined) ?? `update to ${clean(fixed ?? "")}`);
  const summary = clean(flaw.summary).slice(0, MAX_WIDTH);
  return [
    marks.length > 0 ? `${head}  (${marks.join(", ")})` : head,
    `         ${what}${others(flaw)}`,
    ...(summary === "" ? [] : [`         ${paint(summary, "2")}`]),
  ];
}

const NO_FIX: Partial<Record<Flaw["state"], string>> = {
  affected: "no fix yet",
  unknown: "no fix is known",
  "wont-fix": "its maker will not mend it",
  "end-of-life": "its release gets no more fixes: move to a newer one",
  "under-investigation": "its maker is looking into it",
  "not-affected": "its maker says that it does not matter here",
};

function others({ purls }: Flaw): string {
  return purls.length > 1 ? `, in ${purls.length} packages` : "";
}

function summary(report: ScanReport, shown: readonly Flaw[], options: TtyOptions, paint: Paint): readonly string[] {
  const counted = report.flaws.filter(({ suppressed }) => !suppressed);
  const counts = SEVERITIES.map((one) => [one, counted.filter(({ severity }) => severity === one).length] as const)
    .filter(([, count]) => count > 0)
    .map(([one, count]) => paint(`${count} ${one}`, COLORS[one]));
  const hidden = report.flaws.length - shown.length;
  const suppressed = report.flaws.length - counted.length;
  return [
    ...(shown.length > 0 ? [""] : []),
    `${clean(options.target)}: ${counts.length > 0 ? counts.join(", ") : "no known flaws"} in ${lookedUp(report)} packages`,
    ...uncoveredLines(report).map((line) => paint(line, "1;33")),
    ...endLines(report).map((line) => paint(line, "33")),
    ...(suppressed > 0 ? [`${suppressed} do not count by VEX or waiver`] : []),
    ...(hidden > 0 ? [`${hidden} are not shown`] : []),
    ...unsupportedLines(report),
    ...possibleLines(report),
    ...doubts(report, options).map((line) => paint(line, "33")),
  ];
}

// What was not looked up is not clean.
function lookedUp({ packages, unmatched: { noSource, notInStore, thirdParty } }: ScanReport): string {
  const looked = packages - noSource - notInStore - thirdParty;
  return looked < packages ? `${Math.max(0, looked)} of ${packages}` : String(packages);
}

function uncoveredLines({ uncovered }: ScanReport): readonly string[] {
  if (uncovered === undefined) return [];
  return [`Not covered: no advisories are known for ${clean(uncovered)}; nothing is known of its packages`];
}

function endLines({ supportEnds, date }: ScanReport): readonly string[] {
  return supportEnds === undefined || date.slice(0, 10) <= supportEnds
    ? []
    : [`Its release has had no updates since ${supportEnds}: flaws may be missing`];
}

function unsupportedLines({ unsupported }: ScanReport): readonly string[] {
  const names = new Map(unsupported.map(({ name, kind }) => [name, kind]));
  return [...names].map(([name, kind]) =>
    kind === "ended"
      ? `${clean(name)} gets no security support any more`
      : `${clean(name)} has limited security support`,
  );
}

const MOST_POSSIBLE = 20;

// A name alone proves nothing: one line each, apart from what counts.
function possibleLines({ possible = [] }: ScanReport): readonly string[] {
  const open = possible.filter(({ suppressed }) => !suppressed);
  if (open.length === 0) return [];
  const lines = open.slice(0, MOST_POSSIBLE).map(({ id, name, installed, severity, fixed }) => {
    const cure = fixed === undefined ? "" : `, ended with ${clean(fixed)}`;
    return `  ${clean(id)}  ${clean(name)} ${clean(installed)}  (${severity}${cure})`;
  });
  const more = open.length > MOST_POSSIBLE ? [`  and ${open.length - MOST_POSSIBLE} more, in the report as JSON`] : [];
  return [`Possible, by name only, and not counted: ${open.length}`, ...lines, ...more];
}

/** What keeps "no known flaws" from meaning "none". */
function doubts({ database, unmatched, gaps, engines }: ScanReport, { maxAgeDays }: TtyOptions): readonly string[] {
  const { ageDays, missing } = database;
  return [
    ...(ageDays !== undefined && ageDays > maxAgeDays
      ? [`The advisories are ${ageDays} days old: berth advisories update`]
      : []),
    ...(missing.length > 0 ? [`Not in the store: ${missing.map(clean).join(", ")}`] : []),
    ...counted(unmatched.notInStore, "were not looked up: their advisories are not in the store"),
    ...counted(
      unmatched.thirdParty,
      "are of another maker than the distribution, whose advisories do not speak of them",
    ),
    ...counted(unmatched.noSource, "are of a kind that nobody publishes advisories for"),
    ...counted(unmatched.unreadableVersion, "have a version that cannot be compared"),
    ...gaps.slice(0, 10).map((gap) => `Could not be read: ${clean(gap)}`),
    ...engines.flatMap(({ name, failure }) => (failure === undefined ? [] : [`${name} failed: ${clean(failure)}`])),
  ];
}

function counted(count: number, what: string): readonly string[] {
  return count === 0 ? [] : [`${count} packages ${what}`];
}

function clean(text: string): string {
  return text.replaceAll(/[\x00-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069]/g, "?");
}
