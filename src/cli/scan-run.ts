// What `berth scan` does: finds the packages, the advisories and what is said of flaws, and shows the report.

import { ENGINES } from "../advisories/engines/engines.ts";
import { fail } from "../advisories/errors.ts";
import { expiredWaivers } from "../advisories/judge/apply.ts";
import { sarifReport } from "../advisories/report/sarif.ts";
import { ttyReport } from "../advisories/report/tty.ts";
import { NO_SETTINGS, readWishes, type ScanSettings, scanAsTold } from "../advisories/scan-as-told.ts";
import { reaches } from "../advisories/severity.ts";
import { openStore } from "../advisories/store/store.ts";
import type { Flaw, ScanReport } from "../advisories/types.ts";
import { tempDir } from "../platform/user.ts";
import type { AdvisoriesConfig } from "../site/advisories.ts";
import { advisoriesPlace } from "./advisories-place.ts";
import { choiceOf } from "./choice-flag.ts";
import type { Context } from "./context.ts";
import { print } from "./output.ts";
import { writeReportFile } from "./report-file.ts";
import type { ScanFlags } from "./scan.ts";
import { scannedThing } from "./scan-target.ts";
import { VERSION } from "./version.ts";

const FORMATS = ["tty", "json", "sarif"] as const;
const LEVELS = ["critical", "high", "medium", "low"] as const;
const DEFAULT_MAX_AGE = 5;

/** Scans, and answers the exit status. @throws E_ADVISORY_…, E_SBOM_…, E_VEX_FORM, E_WAIVER_FORM, and what reading images does */
export async function scan(target: string, flags: ScanFlags, context: Context): Promise<number> {
  const format = choiceOf("format", flags.format, FORMATS) ?? "tty";
  const least = choiceOf("min-severity", flags["min-severity"], LEVELS) ?? ("low" as const);
  const { env, signal } = context;
  const place = await advisoriesPlace(flags.store, context);
  const settings = settingsOf(flags, place.site);
  const store = flags["only-engines"] ? undefined : await openStore(place.root, { keys: place.keys });
  const wishes = await readWishes(settings);
  const { catalogue, ...thing } = await scannedThing(target, flags, context);
  const now = new Date();
  const report = await scanAsTold(catalogue, wishes, {
    ...{ store, now, signal, env, version: VERSION, tempDir: tempDir(env) },
    ...{ name: thing.name, image: thing.digest, input: thing.input },
  });
  for (const { id, until, source } of expiredWaivers(report.flaws, { ...wishes, now }))
    context.log.warn(`${source}: the waiver of ${id} ended on ${until}`);
  const shown = report.flaws.filter((flaw) => isShown(flaw, least, flags["ignore-unfixed"]));
  const maxAgeDays = place.site?.maxAgeDays ?? DEFAULT_MAX_AGE;
  await write(formatted(report, shown, format, { target, maxAgeDays, color: isColorful(flags, context) }), flags);
  return exitOf(report, shown, flags.strict, maxAgeDays);
}

// The site's own come first, so that what a person says of a flaw counts more.
function settingsOf(flags: ScanFlags, site: AdvisoriesConfig | undefined): ScanSettings {
  const { engines, engineData, vex, waivers, possible } = site?.scan ?? NO_SETTINGS;
  const named = flags.engine.map((name) => choiceOf("engine", name, ENGINES)).filter((name) => name !== undefined);
  return {
    engines: [...new Set([...engines, ...named])],
    engineData,
    vex: [...vex, ...flags.vex],
    waivers: [...waivers, ...flags.waivers],
    possible: possible || flags.possible,
  };
}

function isShown(flaw: Flaw, least: (typeof LEVELS)[number], fixedOnly: boolean): boolean {
  // What attackers use is told of whatever is left out.
  if (flaw.exploited) return true;
  if (fixedOnly && flaw.fixed === undefined) return false;
  return reaches(flaw.severity, least);
}

interface Look {
  readonly target: string;
  readonly maxAgeDays: number;
  readonly color: boolean;
}

function formatted(report: ScanReport, shown: readonly Flaw[], format: (typeof FORMATS)[number], look: Look): string {
  if (format === "sarif") return sarifReport(report, shown, { target: look.target, version: VERSION });
  if (format === "json")
    return `${JSON.stringify({ schema: 1, target: look.target, ...report, flaws: shown }, null, 2)}\n`;
  return ttyReport(report, shown, look);
}

function isColorful({ output }: ScanFlags, { verbosity, env }: Context): boolean {
  if (output !== undefined || process.stdout.isTTY !== true) return false;
  return verbosity.color && !env["NO_COLOR"] && env["TERM"] !== "dumb";
}

async function write(text: string, { output }: ScanFlags): Promise<void> {
  if (output === undefined) return print(text);
  await writeReportFile(output, text);
}

// Findings count before doubts, and a failed engine before both.
function exitOf(report: ScanReport, shown: readonly Flaw[], strict: boolean, maxAgeDays: number): number {
  const failed = report.engines.find(({ failure }) => failure !== undefined);
  if (failed) throw fail("E_ENGINE", { engine: failed.name, why: failed.failure, command: failed.name });
  if (shown.some(({ suppressed }) => !suppressed)) return 1;
  const { database, unmatched, gaps, uncovered } = report;
  const stale = database.ageDays === undefined || database.ageDays > maxAgeDays;
  const unsure = gaps.length > 0 || unmatched.notInStore > 0 || unmatched.unreadableVersion > 0;
  const doubtful = stale || unsure || uncovered !== undefined;
  return strict && doubtful ? 4 : 0;
}
