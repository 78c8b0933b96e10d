// The work of `berth sbom`: from a word to the catalogue of what it names, and from there to a document.

import { readFile } from "node:fs/promises";
import { auditSource } from "../audit/audit-source.ts";
import { writeCycloneDx } from "../audit/sbom/cyclonedx.ts";
import { readBill } from "../audit/sbom/read-bill.ts";
import { writeSpdx } from "../audit/sbom/spdx.ts";
import type { BillSubject } from "../audit/sbom/subject.ts";
import type { Catalogue } from "../audit/types.ts";
import { defineErrors, reasonOf } from "../base/errors.ts";
import { parseImageUri } from "../oci/uri.ts";
import type { Context } from "./context.ts";
import type { FlagValues } from "./flags.ts";
import { pullRequest, withCache } from "./image-source.ts";
import { print } from "./output.ts";
import { writeReportFile } from "./report-file.ts";
import type { BILL_FORMATS } from "./sbom.ts";
import { sourceDate } from "./source-date.ts";
import type { SOURCE_FLAGS } from "./source-flags.ts";
import { VERSION } from "./version.ts";

/** What the flags ask for. */
export interface BillWish {
  readonly format: (typeof BILL_FORMATS)[number];
  readonly values: FlagValues<typeof SOURCE_FLAGS> & { readonly output: string | undefined; readonly strict: boolean };
}

const fail = defineErrors({
  E_SBOM_FILE: { text: "cannot read {path}: {reason}", hint: "check the path and its rights", exit: 2 },
});

const GAPS = 4;
/** Of what is told of one after another. */
const SHOWN_GAPS = 5;

/** Writes the bill; the status of the command. @throws E_SBOM_…, E_AUDIT_…, E_BUILD_EPOCH, and what getting the image makes fail */
export async function writeBill(word: string, { format, values }: BillWish, context: Context): Promise<number> {
  const date = sourceDate(context.env);
  const { catalogue, digest, created } = await findCatalogue(word, values, context);
  const subject = { name: word, digest, time: date ?? secondsOf(created), tool: VERSION };
  const text = document(format, catalogue, subject);
  if (values.output === undefined) print(text);
  else await writeReportFile(values.output, text);
  tellGaps(catalogue, context);
  return values.strict && catalogue.gaps.length > 0 ? GAPS : 0;
}

interface Found {
  readonly catalogue: Catalogue;
  readonly digest: string | undefined;
  readonly created: string | undefined;
}

async function findCatalogue(word: string, values: BillWish["values"], context: Context): Promise<Found> {
  const source = parseImageUri(word);
  if (source.kind === "file" && source.path.endsWith(".json")) {
    const bytes = await readFile(source.path).catch((cause: unknown) => {
      throw fail("E_SBOM_FILE", { path: source.path, reason: reasonOf(cause) }, { cause });
    });
    return { catalogue: readBill(bytes, word), digest: undefined, created: undefined };
  }
  return withCache(values, context, async (cache) => {
    const request = await pullRequest(source, values, "newer", cache, context);
    try {
      const { catalogue, digest, config } = await auditSource(request, { name: word });
      const nothing = {
        distribution: undefined,
        packages: [],
        gaps: [{ path: word, why: "nobody looked at its files" }],
      };
      return { catalogue: catalogue ?? nothing, digest, created: config?.created };
    } finally {
      await request.end();
    }
  });
}

function document(format: BillWish["format"], catalogue: Catalogue, subject: BillSubject): string {
  if (format === "cyclonedx") return writeCycloneDx(catalogue, subject);
  if (format === "spdx") return writeSpdx(catalogue, subject);
  return catalogue.packages.map(({ purl, evidence }) => `${oneLine(purl)}\t${oneLine(evidence)}\n`).join("");
}

// Names of files in images may hold line breaks, and what a terminal would obey.
function oneLine(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069]/g, "?");
}

// What is no time, or before the epoch, is the epoch: the document must be the same whenever it is written.
function secondsOf(created: string | undefined): number {
  const time = Date.parse(created ?? "");
  return Number.isNaN(time) ? 0 : Math.min(Math.max(Math.floor(time / 1000), 0), 0xffff_ffff);
}

function tellGaps({ gaps }: Catalogue, { log }: Context): void {
  for (const { path, why } of gaps.slice(0, SHOWN_GAPS)) log.warn(`${path} is missing from the bill: ${why}`);
  if (gaps.length > SHOWN_GAPS) log.warn(`and ${gaps.length - SHOWN_GAPS} more, which the bill names`);
}
