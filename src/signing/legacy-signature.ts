// Signatures from before SIF's integrity form (Singularity up to 3.5): a clear-signed hash of contents alone. They leave
// header and descriptors open to change, so nothing but an explicit wish leads here.

import { groupRecords, type SifRecord } from "../image/sif/table.ts";
import type { SifDescriptor } from "../image/sif/types.ts";
import type { DigestAlgorithm } from "./digests.ts";
import { fail } from "./errors.ts";
import { digest } from "./object-digests.ts";
import { clearText, looksClearSigned } from "./pgp.ts";
import { openSignature, signatureContent } from "./sif-signature.ts";
import type { Finding, VerifyWork } from "./verify-sif.ts";

/** `all`: every object for itself; `primary`: the root file system only. */
export type LegacyScope = "all" | "primary";

const HEAD = "SIFHASH:\n";

/** True for a signature of the old form. */
export async function isLegacy(content: Uint8Array): Promise<boolean> {
  if (!looksClearSigned(content) || !Buffer.from(content).includes("SIFHASH:")) return false;
  return (await clearText(Buffer.from(content).toString("utf8")))?.startsWith(HEAD) ?? false;
}

/** @throws E_SIF_UNSIGNED, E_SIF_NO_GROUP */
export async function verifyLegacy(work: VerifyWork, scope: LegacyScope): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const target of targetsOf(work, scope)) {
    const signatures = await signaturesOf(work, target);
    if (signatures.length === 0) throw fail("E_SIF_UNSIGNED", { path: work.path, what: target.what });
    for (const signature of signatures) findings.push(await verifyOne(work, target, signature));
  }
  return findings;
}

interface Target {
  readonly what: string;
  readonly objects: readonly SifDescriptor[];
  readonly isFor: (signature: SifDescriptor) => boolean;
}

function targetsOf({ table, path, options }: VerifyWork, scope: LegacyScope): readonly Target[] {
  const { group, object } = options;
  if (group !== undefined) {
    const objects = groupRecords(table, group).map(({ descriptor }) => descriptor);
    if (objects.length === 0) throw fail("E_SIF_NO_GROUP", { path, group });
    return [{ what: `object group ${group}`, objects, isFor: (s) => s.linkedGroup === group }];
  }
  const wanted = table.file.descriptors.filter((d) => {
    if (d.type === "signature") return false;
    if (object !== undefined) return d.id === object;
    return scope === "all" || d.partition?.kind === "primary";
  });
  if (wanted.length === 0) throw fail("E_SIF_UNSIGNED", { path, what: "anything in it" });
  return wanted.map((d) => ({ what: `object ${d.id}`, objects: [d], isFor: (s) => s.link === d.id }));
}

async function signaturesOf({ table, handle, path }: VerifyWork, target: Target): Promise<readonly SifRecord[]> {
  const found: SifRecord[] = [];
  for (const record of table.records) {
    const { descriptor } = record;
    if (descriptor.type !== "signature" || !target.isFor(descriptor)) continue;
    if (await isLegacy(await signatureContent(handle, record, path))) found.push(record);
  }
  return found;
}

async function verifyOne(work: VerifyWork, target: Target, record: SifRecord): Promise<Finding> {
  const { handle, path, options } = work;
  const { id } = record.descriptor;
  const content = await signatureContent(handle, record, path);
  const opened = await openSignature({ id, content, record, form: "pgp" }, options.keys, options.now);
  const none = { id, group: 0, signer: opened.signer, verified: [] };
  if (opened.failure) return { ...none, failure: opened.failure };
  const signed = opened.text.slice(HEAD.length).trim().toLowerCase();
  const algorithm = LEGACY_HASHES[record.bytes.readInt32LE(201)];
  const got = algorithm && (await digest(handle, target.objects, algorithm, options.signal));
  if (!got || got !== signed)
    return { ...none, failure: fail("E_OBJECT_CHANGED", { path, id: target.objects[0]?.id ?? 0 }) };
  return { ...none, verified: target.objects, failure: undefined };
}

const LEGACY_HASHES: Readonly<Record<number, DigestAlgorithm>> = { 1: "sha256", 2: "sha384", 3: "sha512" };
