// Checks the signatures of a SIF file: which there are, who made them, what they cover, and whether the file is still
// what was signed. Where keys come from is the caller's affair; what a result means for running, the policy's.

import type { KeyObject } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import type { BerthError } from "../base/errors.ts";
import { openSifFile } from "../image/sif/read.ts";
import { groupRecords, groupsOf, readTable, type SifRecord, type SifTable } from "../image/sif/table.ts";
import type { SifDescriptor } from "../image/sif/types.ts";
import { isDigestHex } from "./digests.ts";
import { fail } from "./errors.ts";
import { isLegacy, type LegacyScope, verifyLegacy } from "./legacy-signature.ts";
import { objectDigests } from "./object-digests.ts";
import type { PgpKey } from "./pgp.ts";
import { openSignature, type Signer, signatureContent, signatureForm } from "./sif-signature.ts";
import { compareTable, parseStatement, type SifStatement, smallestId } from "./sif-statement.ts";

/** Keys that signatures are checked with. */
export interface TrustedKeys {
  /** Left out: OpenPGP signatures cannot be checked. */
  readonly pgp?: readonly PgpKey[];
  /** Asked for an OpenPGP key (by its id or fingerprint) that `pgp` lacks. */
  readonly findPgp?: (id: string) => Promise<readonly PgpKey[]>;
  /** Left out: DSSE signatures cannot be checked. */
  readonly plain?: readonly KeyObject[];
}

/** What of a file is to be verified; all groups when nothing is said. */
export interface VerifyScope {
  readonly group?: number;
  readonly object?: number;
}

export interface VerifyOptions extends VerifyScope {
  readonly keys: TrustedKeys;
  readonly now: Date;
  /** Check signatures of the old form instead. */
  readonly legacy?: LegacyScope;
  readonly signal?: AbortSignal | undefined;
}

/** One signature and what became of it. */
export interface Finding {
  /** The signature's object. */
  readonly id: number;
  /** The group that it covers; 0 for those of the old form. */
  readonly group: number;
  readonly signer: Signer | undefined;
  /** The objects that are as they were signed. */
  readonly verified: readonly SifDescriptor[];
  readonly failure: BerthError | undefined;
}

/** What one check works on. */
export interface VerifyWork {
  readonly path: string;
  readonly handle: FileHandle;
  readonly table: SifTable;
  readonly options: VerifyOptions;
}

interface Part {
  readonly group: number;
  readonly records: readonly SifRecord[];
  /** All of the group: the signature must then cover neither more nor fewer. */
  readonly whole: boolean;
}

/**
 * Every signature of the asked parts, good or bad.
 * @throws E_SIF_UNSIGNED, E_SIF_UNGROUPED, E_SIGNATURE_LEGACY, E_SIF_NO_GROUP, and what reading a SIF file makes fail
 */
export async function verifySif(path: string, options: VerifyOptions): Promise<readonly Finding[]> {
  const handle = await openSifFile(path);
  try {
    const table = await readTable(handle, path);
    const loose = table.file.descriptors.find((d) => d.group === 0 && d.type !== "signature");
    if (loose) throw fail("E_SIF_UNGROUPED", { path, id: loose.id });
    const work = { path, handle, table, options };
    return options.legacy ? await verifyLegacy(work, options.legacy) : await verifyParts(work);
  } finally {
    await handle.close();
  }
}

async function verifyParts(work: VerifyWork): Promise<readonly Finding[]> {
  const digests = objectDigests(work.handle, work.options.signal);
  const findings: Finding[] = [];
  for (const part of partsOf(work)) {
    for (const record of await signaturesOf(work, part)) {
      findings.push(await verifyOne(work, part, record, digests));
    }
  }
  return findings;
}

function partsOf({ table, path, options }: VerifyWork): readonly Part[] {
  if (options.object !== undefined) {
    const record = table.records.find(({ descriptor }) => descriptor.id === options.object);
    const { group = 0 } = record?.descriptor ?? {};
    if (!record || group === 0) throw fail("E_SIF_UNSIGNED", { path, what: `object ${options.object}` });
    return [{ group, records: [record], whole: false }];
  }
  const groups = groupsOf(table);
  if (options.group !== undefined && !groups.includes(options.group))
    throw fail("E_SIF_NO_GROUP", { path, group: options.group });
  const wanted = options.group === undefined ? groups : [options.group];
  // A file without any group has nothing that could be signed.
  if (wanted.length === 0) throw fail("E_SIF_UNSIGNED", { path, what: "anything in it" });
  return wanted.map((group) => ({ group, records: groupRecords(table, group), whole: true }));
}

async function signaturesOf(work: VerifyWork, part: Part): Promise<readonly SifRecord[]> {
  const { table, handle, path } = work;
  const linked = table.records.filter((r) => r.descriptor.type === "signature");
  const found: SifRecord[] = [];
  let old = 0;
  for (const record of linked) {
    const { linkedGroup } = record.descriptor;
    const legacy = await isLegacy(await signatureContent(handle, record, path));
    if (legacy) old += 1;
    else if (linkedGroup === part.group) found.push(record);
  }
  if (found.length > 0) return found;
  if (old > 0) throw fail("E_SIGNATURE_LEGACY", { path });
  throw fail("E_SIF_UNSIGNED", { path, what: `object group ${part.group}` });
}

async function verifyOne(
  work: VerifyWork,
  part: Part,
  record: SifRecord,
  digests: ReturnType<typeof objectDigests>,
): Promise<Finding> {
  const { path, handle, table, options } = work;
  const { id } = record.descriptor;
  const content = await signatureContent(handle, record, path);
  const opened = await openSignature({ id, content, record, form: signatureForm(content) }, options.keys, options.now);
  const none = { id, group: part.group, signer: opened.signer, verified: [] };
  if (opened.failure) return { ...none, failure: opened.failure };
  const statement = parseStatement(opened.text);
  if (!statement) return { ...none, failure: fail("E_SIGNATURE_INVALID", { id, why: "it signs something else" }) };
  const firstId = smallestId(groupRecords(table, part.group));
  const difference = compareTable(statement, table, part.records, firstId, part.whole);
  if (difference) return { ...none, failure: fail(difference.code, { path, ...difference }) };
  return { ...none, ...(await compareContents(work, part, statement, firstId, digests)) };
}

async function compareContents(
  { path }: VerifyWork,
  part: Part,
  statement: SifStatement,
  firstId: number,
  digests: ReturnType<typeof objectDigests>,
): Promise<Pick<Finding, "verified" | "failure">> {
  const verified: SifDescriptor[] = [];
  for (const { descriptor } of part.records) {
    const signed = statement.objects.find((object) => object.relativeId + firstId === descriptor.id);
    const got = signed && (await digests(descriptor, signed.objectDigest.algorithm));
    if (!signed || !got || !isDigestHex(got, signed.objectDigest))
      return { verified, failure: fail("E_OBJECT_CHANGED", { path, id: descriptor.id }) };
    verified.push(descriptor);
  }
  return { verified, failure: undefined };
}
