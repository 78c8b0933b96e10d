// What `berth gate` does, once its flags are read.

import type { KeyObject } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { NO_SETTINGS, readWishes, scanAsTold } from "../advisories/scan-as-told.ts";
import { openStore } from "../advisories/store/store.ts";
import type { ScanReport } from "../advisories/types.ts";
import { auditSource } from "../audit/audit-source.ts";
import type { AuditedImage } from "../audit/types.ts";
import { errnoOf, hasCode, reasonOf } from "../base/errors.ts";
import { fail } from "../gate/errors.ts";
import { fileMark } from "../gate/file-mark.ts";
import { judge } from "../gate/judge.ts";
import { pushVerdict } from "../gate/referrer.ts";
import { readStatement, writeStatement } from "../gate/statement.ts";
import type { Verdict } from "../gate/types.ts";
import { keepVerdictFile, verdictBeside } from "../gate/verdict-files.ts";
import { spoken, verdictLines } from "../gate/verdict-text.ts";
import { type OriginRuling, openRulings } from "../lint/config/rulings.ts";
import { formatReference, parseReference } from "../oci/reference.ts";
import { parseImageUri } from "../oci/uri.ts";
import { tempDir } from "../platform/user.ts";
import { PRACTICES } from "../policy/practices/practices.ts";
import { privateKey, publicKey, readPem } from "../signing/pem-key.ts";
import { advisoriesPlace } from "./advisories-place.ts";
import type { Context } from "./context.ts";
import type { AttachFlags, JudgeFlags, ShowFlags } from "./gate.ts";
import { callSigners, collectedOf } from "./image-signatures.ts";
import { pullRequest, withCache } from "./image-source.ts";
import { print } from "./output.ts";
import { registryAccess } from "./registry-access.ts";
import { writeReportFile } from "./report-file.ts";
import { VERSION } from "./version.ts";

const UNKNOWN = 4;
/** Bytes. */
const LARGEST_VERDICT = 4 << 20;

/** Judges an image, keeps and shows the verdict, and answers the exit status. @throws E_GATE_…, E_AUDIT_…, E_VERDICT_… */
export async function judgeNamed(name: string, flags: JudgeFlags, context: Context): Promise<number> {
  const { policy, practices } = await rulingOf(flags, context);
  const by = await callSigners(flags, context);
  const key = flags.key === undefined ? undefined : privateKey(await readPem(flags.key), undefined, flags.key);
  const source = parseImageUri(name);
  const { image, collected } = await withCache(flags, context, async (cache) => {
    const request = await pullRequest(source, flags, "newer", cache, context);
    try {
      const read = await auditSource(request, { name });
      return { image: read, collected: await collectedOf(request, read, by, flags, context) };
    } finally {
      await request.end();
    }
  });
  const now = new Date();
  const scan = flags["no-scan"] ? undefined : await scanned(image, now, flags, context);
  const { signers } = by;
  const judged = judge(
    { image, scan, collected },
    { policy, practices, signers, now: now.getTime() / 1000, version: VERSION },
  );
  const mark = source.kind === "file" && image.file !== "folder" ? await fileMark(source.path) : undefined;
  const verdict: Verdict = mark ? { ...judged, file: mark } : judged;
  const statement = writeStatement(verdict, key);
  if (flags.output !== undefined) await writeReportFile(flags.output, statement);
  else if (source.kind === "file") context.log.info(`Verdict in ${await keepVerdictFile(source.path, statement)}`);
  show(verdict, flags.json);
  return exitOf(verdict, flags.strict);
}

/** By what the site's gateway judges; `--config` adds to it, where the site lets it. @throws E_LINT_… */
async function rulingOf({ profile, config }: JudgeFlags, { env, user, log }: Context): Promise<OriginRuling> {
  const wishes = { env, user, profile, config, none: config === undefined, gateway: true };
  const ruling = await openRulings(PRACTICES, wishes).rulingOf("image");
  for (const remark of ruling.remarks) log.warn(remark);
  return ruling;
}

// Without advisories the verdict says that nobody scanned; a set that is there and cannot be used is a failure.
async function scanned(
  { catalogue, digest, name }: AuditedImage,
  now: Date,
  flags: JudgeFlags,
  context: Context,
): Promise<ScanReport | undefined> {
  if (!catalogue) return undefined;
  const { root, keys, site } = await advisoriesPlace(flags.store, context);
  try {
    const store = await openStore(root, { keys });
    const wishes = await readWishes(site?.scan ?? NO_SETTINGS);
    const { env, signal } = context;
    return await scanAsTold(catalogue, wishes, {
      ...{ store, name, image: digest, env, tempDir: tempDir(env), now, version: VERSION, signal },
    });
  } catch (error) {
    if (!hasCode(error, "E_ADVISORY_NONE")) throw error;
    context.log.warn(`${reasonOf(error)}; the verdict is made without a scan`);
    return undefined;
  }
}

/** Shows a verdict that lies beside an image, or in a file of its own. @throws E_VERDICT_… */
export async function showVerdict(path: string, flags: ShowFlags): Promise<number> {
  const keys = await keysOf(flags["verify-key"]);
  const verdict = (await verdictBeside(resolve(path), { keys })) ?? (await verdictIn(path, keys));
  show(verdict, flags.json);
  return exitOf(verdict, false);
}

async function verdictIn(path: string, keys: readonly KeyObject[]): Promise<Verdict> {
  const none = (why: string, cause?: unknown) => fail("E_VERDICT_FORM", { place: path, why }, { cause });
  const found = await stat(path).catch((cause: unknown) => {
    throw errnoOf(cause) === "ENOENT" ? none("it does not exist") : none(reasonOf(cause), cause);
  });
  if (!found.isFile()) throw none("it is no file");
  // An image without a verdict is no verdict, and too big to be read as one.
  const bytes = found.size > LARGEST_VERDICT ? undefined : await readFile(path);
  if (bytes?.toString("latin1", 0, 1) !== "{") throw none("there is none in it, and none beside it");
  return readStatement(bytes, { place: path, keys });
}

/** Pushes a verdict as a referrer of its image. @throws E_VERDICT_…, E_PUSH_…, E_AUTH_… */
export async function attachVerdict(path: string, uri: string, flags: AttachFlags, context: Context): Promise<number> {
  const statement = await readFile(path).catch((cause: unknown) => {
    throw fail("E_VERDICT_FORM", { place: path, why: reasonOf(cause) }, { cause });
  });
  const reference = parseReference(uri.replace(/^docker:\/\//, ""));
  const access = registryAccess(flags, context);
  try {
    const desk = { client: await access.client(), log: context.log, signal: context.signal };
    const { descriptor } = await desk.client.manifest(reference, undefined, { signal: context.signal });
    readStatement(statement, { place: path, keys: await keysOf(flags["verify-key"]), digest: descriptor.digest });
    await pushVerdict(desk, reference, descriptor, statement, new Date());
    context.log.info(`Verdict pushed beside ${formatReference({ ...reference, digest: descriptor.digest })}`);
    return 0;
  } finally {
    await access.close();
  }
}

function show(verdict: Verdict, json: boolean): void {
  const lines = verdictLines(spoken(verdict)).map((line) => `  ${line}\n`);
  print(json ? `${JSON.stringify(verdict, null, 2)}\n` : `${verdict.name} (${verdict.digest})\n${lines.join("")}`);
}

function exitOf({ result, release }: Verdict, strict: boolean): number {
  if (release) return 0;
  if (result === "refused") return 1;
  return result === "unknown" && strict ? UNKNOWN : 0;
}

function keysOf(paths: readonly string[]): Promise<readonly KeyObject[]> {
  return Promise.all(paths.map(async (path) => publicKey(await readPem(path), path)));
}
