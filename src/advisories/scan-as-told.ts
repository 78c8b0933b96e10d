// A scan with all that somebody wants to be taken into account: other engines, what makers and the site say, names alone. The same
// for a person's scan and for the gate.

import { writeCycloneDx } from "../audit/sbom/cyclonedx.ts";
import type { Catalogue } from "../audit/types.ts";
import type { Environment } from "../platform/user.ts";
import type { EngineInput, EngineName } from "./engines/engines.ts";
import { runEngines } from "./engines/run-engines.ts";
import type { Judgements } from "./judge/apply.ts";
import { type JudgementFiles, readJudgements } from "./judge/read-judgements.ts";
import { scanCatalogue } from "./scan.ts";
import type { AdvisoryStore } from "./store/store.ts";
import type { ScanReport } from "./types.ts";

/** What is to be taken into account, as it is configured. */
export interface ScanSettings extends JudgementFiles {
  readonly engines: readonly EngineName[];
  /** Folder with a folder of databases for each engine; undefined: they know where theirs are. */
  readonly engineData: string | undefined;
  readonly possible: boolean;
}

/** The same, with what the files say. */
export type ScanWishes = Omit<ScanSettings, keyof JudgementFiles> & Pick<Judgements, "vex" | "waivers">;

/** Nothing but the advisories. */
export const NO_SETTINGS: ScanSettings = { engines: [], engineData: undefined, vex: [], waivers: [], possible: false };

/** Reads the files: a mistake in one is told of before anything has worked for minutes. @throws E_VEX_FORM, E_WAIVER_FORM */
export async function readWishes(settings: ScanSettings): Promise<ScanWishes> {
  return { ...settings, ...(await readJudgements(settings)) };
}

/** What is scanned, and with what. */
export interface ScanWork {
  /** Undefined: only other engines look. */
  readonly store: AdvisoryStore | undefined;
  /** As people call it. */
  readonly name: string;
  /** Digest of the image, where it is known. */
  readonly image: string | undefined;
  /** A file of it that engines can read; undefined: they get a bill of materials. */
  readonly input?: EngineInput | undefined;
  readonly env: Environment;
  readonly tempDir: string;
  /** Milliseconds for one engine. */
  readonly engineMs?: number | undefined;
  readonly now: Date;
  /** Of this berth. */
  readonly version: string;
  readonly signal?: AbortSignal | undefined;
}

/** Scans. An engine that fails is told of in the report. @throws E_ADVISORY_DAMAGED */
export async function scanAsTold(catalogue: Catalogue, wishes: ScanWishes, work: ScanWork): Promise<ScanReport> {
  const { store, now, version, signal, image } = work;
  const { vex, waivers, possible } = wishes;
  const engines = await otherEngines(catalogue, wishes, work);
  return await scanCatalogue(catalogue, { store, vex, waivers, engines, possible, now, version, signal, image });
}

async function otherEngines(catalogue: Catalogue, { engines, engineData: data }: ScanWishes, work: ScanWork) {
  if (engines.length === 0) return [];
  const { env, tempDir, input, name, image: digest, version, engineMs: timeoutMs, signal } = work;
  const bill = async () => writeCycloneDx(catalogue, { name, digest, time: 0, tool: version });
  return await runEngines(engines, catalogue, { env, tempDir, input, bill, data, timeoutMs, signal });
}
