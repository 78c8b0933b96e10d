// `berth gateway import-mongo`: brings the records of a Shifter site from a dump of its MongoDB, and says what was taken,
// what was not, and why.

import { stat } from "node:fs/promises";
import { join } from "node:path";
import { Command } from "commander";
import { errnoOf } from "../../base/errors.ts";
import { documentsOf, dumpFiles } from "../../gateway/mongo/documents.ts";
import { readShifterDocument, type ShifterImage, type ShifterLookup } from "../../gateway/mongo/shifter-record.ts";
import { type FoundFile, takeImage, takeLookups } from "../../gateway/mongo/take-over.ts";
import type { Publisher } from "../../gateway/types.ts";
import type { SiteServerConfig } from "../../site/server-config.ts";
import type { Store } from "../../store/store.ts";
import { addFlags, readFlags } from "../command-flags.ts";
import type { Context } from "../context.ts";
import type { FlagSpec } from "../flags.ts";
import { print } from "../output.ts";

const FLAGS = [
  {
    long: "config",
    short: "c",
    kind: "text",
    value: "file",
    env: ["SITE_CONFIG"],
    help: "site.yaml or imagemanager.json",
  },
  { long: "dry-run", short: "n", kind: "switch", env: [], help: "only say what would be taken" },
  { long: "json", kind: "switch", env: [], help: "as JSON" },
] as const satisfies readonly FlagSpec[];

/** What was done with the records of a dump. */
interface Report {
  taken: number;
  already: number;
  lookups: number;
  /** Images whose files are not on their system: `system/id.format`. */
  readonly missing: string[];
  /** What could not be used: how often for which reason. */
  readonly skipped: Record<string, number>;
}

export function importMongoCommand(context: Context): Command {
  const command = new Command("import-mongo")
    .summary("take over the records of a Shifter site (administrators, on the gateway's machine)")
    .description(
      "Read a dump of Shifter's MongoDB: a folder of mongodump, or files of mongoexport. It can be done again.",
    )
    .argument("<dump>", "folder, or images.bson, images.json, metrics.bson, …");
  return addFlags(command, FLAGS).action(async (dump: string) => {
    const flags = readFlags(command, FLAGS, context.env);
    const { readGatewayConfig } = await import("../../site/read-config.ts");
    const config = await readGatewayConfig(flags.config ?? "/etc/berth/site.yaml", context);
    const files = await dumpFiles(dump);
    const report = await takeOver(files, config, { context, dryRun: flags["dry-run"] });
    print(flags.json ? `${JSON.stringify(report, null, 2)}\n` : words(report, flags["dry-run"]));
  });
}

interface Work {
  readonly context: Context;
  readonly dryRun: boolean;
}

async function takeOver(files: readonly string[], config: SiteServerConfig, work: Work): Promise<Report> {
  const { openStore } = await import("../../store/index.ts");
  const { databaseUrl } = await import("../../server/database-url.ts");
  const { makePublisher } = await import("../../gateway/publish/publisher.ts");
  const now = () => Date.now() / 1000;
  // A dry run opens no database: it would make one.
  const store = work.dryRun ? undefined : await openStore(await databaseUrl(config.server.database), { now });
  const publisher = makePublisher(config.gateway, { log: work.context.log });
  try {
    return await takeFiles(files, { ...work, config, store, publisher });
  } finally {
    await store?.close();
  }
}

interface Tools extends Work {
  readonly config: SiteServerConfig;
  readonly store: Store | undefined;
  readonly publisher: Publisher;
}

// A site's lookups of years are of no use; the last ones are what Shifter's `metrics` shows.
const LOOKUPS_KEPT = 100_000;

async function takeFiles(files: readonly string[], tools: Tools): Promise<Report> {
  const report: Report = { taken: 0, already: 0, lookups: 0, missing: [], skipped: {} };
  const { signal } = tools.context;
  let lookups: ShifterLookup[] = [];
  for (const file of files) {
    for await (const document of documentsOf(file, signal)) {
      const read = readShifterDocument(document);
      if (read.kind === "nothing") skip(report, read.why);
      else if (read.kind === "image") await takeOne(read.image, tools, report);
      else lookups.push(read.lookup);
      if (lookups.length >= 2 * LOOKUPS_KEPT) lookups = newest(lookups);
    }
  }
  const kept = newest(lookups);
  report.lookups = tools.store ? await takeLookups(tools.store, kept) : kept.length;
  return report;
}

function newest(lookups: ShifterLookup[]): ShifterLookup[] {
  return lookups.sort((a, b) => a.time - b.time).slice(-LOOKUPS_KEPT);
}

async function takeOne(image: ShifterImage, tools: Tools, report: Report): Promise<void> {
  const { config, store, context } = tools;
  if (!config.gateway.systems.has(image.system))
    return skip(report, `its system ${image.system} is not in the configuration`);
  const file = await findFile(image, tools);
  if (!file) return void report.missing.push(`${image.system}/${image.id}.${image.format}`);
  const life = config.gateway.expirationMs / 1000;
  const fresh = store ? await takeImage(store, image, file, { life, signal: context.signal }) : true;
  if (fresh) report.taken += 1;
  else report.already += 1;
}

async function findFile(image: ShifterImage, { config, publisher, context }: Tools): Promise<FoundFile | undefined> {
  const { system, id, format } = image;
  if (!(await publisher.exists(system, id, format, context.signal))) return undefined;
  const transfer = config.gateway.systems.get(system)?.transfer;
  if (transfer?.kind !== "local") return { bytes: 0, path: undefined };
  const path = join(transfer.imageDir, `${id}.${format}`);
  try {
    return { bytes: (await stat(path)).size, path };
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

function skip(report: Report, why: string): void {
  report.skipped[why] = (report.skipped[why] ?? 0) + 1;
}

function words({ taken, already, lookups, missing, skipped }: Report, dryRun: boolean): string {
  const verb = dryRun ? "would be taken" : "taken";
  const lines = [`images ${verb}: ${taken}`, `lookups ${verb}: ${lookups}`];
  if (already > 0) lines.push(`images that were there already: ${already}`);
  for (const [why, count] of Object.entries(skipped)) lines.push(`left out: ${count} (${why})`);
  for (const name of missing) lines.push(`file missing: ${name}`);
  return `${lines.join("\n")}\n`;
}
