// What `berth audit` does: gets each image, looks through it, has it judged, and shows what was found.

import { auditSource } from "../audit/audit-source.ts";
import { readBases } from "../audit/known-bases.ts";
import type { KnownBase } from "../audit/lineage.ts";
import type { AuditedImage } from "../audit/types.ts";
import { signatureFacts, signedBy } from "../gate/judge.ts";
import { type OriginRuling, openRulings } from "../lint/config/rulings.ts";
import { FORMATS } from "../lint/formats/format.ts";
import { askedOf, lintDocument } from "../lint/lint-document.ts";
import { checkExit, SEVERITIES, shownThing } from "../lint/outcome.ts";
import type { CheckedThing } from "../lint/report.ts";
import { ruleWords } from "../lint/rule-words.ts";
import { chosenPractices, type Ruling } from "../lint/ruling.ts";
import type { Cache } from "../oci/store/cache.ts";
import { parseImageUri } from "../oci/uri.ts";
import { judgeImage } from "../policy/judge-image.ts";
import type { PracticeFacts } from "../policy/practice-facts.ts";
import { PRACTICES } from "../policy/practices/practices.ts";
import type { AuditFlags } from "./audit.ts";
import { placedFindings } from "./audit-places.ts";
import { aboutImage, summaryText } from "./audit-summary.ts";
import { failureOf, statusOf } from "./check-exits.ts";
import { writeReport } from "./check-report.ts";
import { choiceOf } from "./choice-flag.ts";
import type { Context } from "./context.ts";
import { policyOf } from "./ensure-image.ts";
import { type CallSigners, callSigners, collectedOf } from "./image-signatures.ts";
import { pullRequest, withCache } from "./image-source.ts";
import { print } from "./output.ts";
import { errorReport } from "./report.ts";
import { colorsShown, writeError } from "./terminal-log.ts";

/** Checks, and answers the exit status. @throws E_LINT_…, E_FLAG_CHOICE, E_AUDIT_BASE, E_REPORT_WRITE */
export async function audit(names: readonly string[], flags: AuditFlags, context: Context): Promise<number> {
  const wishes = wishesOf(flags);
  const ruling = await rulingOf(flags, context);
  const { practices, settings } = ruling;
  for (const remark of ruling.remarks) context.log.warn(remark);
  const now = Date.now() / 1000;
  const { images, failures } = await withCache(flags, context, (cache) =>
    audited(names, ruling, flags, cache, context),
  );
  for (const failure of failures) tell(failureOf(failure), context);
  if (wishes.format === "tty" && flags.output === undefined)
    for (const { image } of images) print(summaryText(image, now));
  const things = images.flatMap(({ image, signed }) => thingsOf(image, ruling, { now, ...signed }));
  const report = {
    profile: ruling.policy.profile,
    things: things.map((thing) => shownThing(thing, wishes.minSeverity ?? settings.minSeverity ?? "style")),
    rules: ruleWords(things, ruling.policy, practices),
  };
  if (things.length > 0) await writeReport(report, { format: wishes.format, output: flags.output }, context);
  if (failures.length > 0) return statusOf(failures);
  const required = new Set(practices.flatMap((one) => (one.class === "required" ? [one.id] : [])));
  const failOn = wishes.failOn ?? settings.failOn ?? "warning";
  return checkExit({ things }, { failOn, strict: flags.strict || settings.strict === true, required });
}

function wishesOf(flags: AuditFlags) {
  return {
    format: choiceOf("format", flags.format, FORMATS) ?? "tty",
    minSeverity: choiceOf("min-severity", flags["min-severity"], SEVERITIES),
    failOn: choiceOf("fail-on", flags["fail-on"], [...SEVERITIES, "never"] as const),
  };
}

// An image has no folder whose configuration could hold: that of the folder where somebody calls does.
function rulingOf(flags: AuditFlags, { env, user }: Context): Promise<OriginRuling> {
  const { profile, config, "no-config": none } = flags;
  return openRulings(chosenPractices(PRACTICES, flags), { env, user, profile, config, none }).rulingOf("image");
}

/** An image, and what is known of its signatures. */
interface SignedAudit {
  readonly image: AuditedImage;
  readonly signed: PracticeFacts;
}

interface Audited {
  readonly images: readonly SignedAudit[];
  readonly failures: readonly Error[];
}

// One image that cannot be had is no reason to say nothing of the others.
async function audited(
  names: readonly string[],
  { policy }: Ruling,
  flags: AuditFlags,
  cache: Cache,
  context: Context,
): Promise<Audited> {
  const images: SignedAudit[] = [];
  const by = await callSigners(flags, context);
  const failures: Error[] = [];
  const bases = [
    ...policy.practices.goldenLayers.map((diffIds) => ({ name: "a golden image", diffIds })),
    ...(await Promise.all(flags["known-base"].map((word) => basesOf(word, flags, cache, context)))).flat(),
  ];
  for (const name of names) {
    try {
      const wish = { bases, light: flags["config-only"] };
      images.push(await auditOne(name, wish, flags, cache, context, by));
    } catch (error) {
      context.signal.throwIfAborted();
      failures.push(error instanceof Error ? error : new Error(String(error)));
    }
  }
  return { images, failures };
}

async function auditOne(
  name: string,
  wish: { readonly bases?: readonly KnownBase[]; readonly light: boolean },
  flags: AuditFlags,
  cache: Cache,
  context: Context,
  by?: CallSigners,
): Promise<SignedAudit> {
  const request = await pullRequest(parseImageUri(name), flags, policyOf(flags.pull ?? "newer"), cache, context);
  try {
    const image = await auditSource(request, { name, ...wish });
    if (!by) return { image, signed: {} };
    const collected = await collectedOf(request, image, by, flags, context);
    return { image, signed: signatureFacts(signedBy({ image, collected }, by.signers, request.now() / 1000)) };
  } finally {
    await request.end();
  }
}

async function basesOf(word: string, flags: AuditFlags, cache: Cache, context: Context): Promise<readonly KnownBase[]> {
  if (parseImageUri(word).kind === "file") return readBases(word);
  const { image } = await auditOne(word, { light: true }, flags, cache, context);
  return [{ name: word, diffIds: image.config?.diffIds ?? [] }];
}

/** An image; and the definition in it, for that is a text with lines. */
function thingsOf(image: AuditedImage, ruling: Ruling, facts: PracticeFacts): readonly CheckedThing[] {
  const { policy, practices } = ruling;
  const looking = practices.filter(({ id, checks }) => checks.image && policy.severities.get(id) !== "off");
  const own: CheckedThing = {
    name: image.name,
    source: undefined,
    findings: placedFindings(judgeImage(image, { ...ruling, facts }), image),
    quiet: [],
    asked: looking.map(({ id }) => id),
    about: aboutImage(image),
  };
  const { definition } = image;
  // Of an image that was converted, it names the image only.
  if (typeof definition !== "string" || !/^%\w/m.test(definition)) return [own];
  const source = { name: `${image.name} (its definition)`, text: definition };
  const told = lintDocument(source, { policy, practices, facts, kind: "definition" });
  return [own, { ...told, asked: askedOf("definition", ruling) }];
}

function tell(failure: Error, { verbosity, env }: Context): void {
  writeError(errorReport(failure, { color: colorsShown(verbosity, env), debug: verbosity.level === "debug" }));
}
