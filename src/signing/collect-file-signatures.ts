// The signatures in an image's file, judged where the file is, since they are over all of it. Only SIF files can carry any.

import type { KeyObject } from "node:crypto";
import { BerthError, hasCode } from "../base/errors.ts";
import { readSifFile } from "../image/sif/read.ts";
import { type Keyring, publicKeys } from "./keyring.ts";
import { type CollectedSignatures, type JudgedSignature, unreadSignatures } from "./signature-evidence.ts";
import { type Finding, type TrustedKeys, verifySif } from "./verify-sif.ts";

/** By whose keys files are judged. */
export interface FileTrust {
  readonly keyrings: readonly Keyring[];
  readonly keys: readonly KeyObject[];
  readonly now: Date;
  readonly signal?: AbortSignal | undefined;
}

/** All signatures of a SIF file, good and bad. A file that cannot be read as one says so in `unread`. @throws E_KEYRING */
export async function collectFileSignatures(path: string, trust: FileTrust): Promise<CollectedSignatures> {
  const none: CollectedSignatures = { documents: [], found: [], judged: [] };
  try {
    // Without one there is nothing to verify, and neither keys nor their library are needed.
    const count = await signatureCount(path);
    if (count === 0) return none;
    const { keys, now, signal } = trust;
    const pgp = (await Promise.all(trust.keyrings.map(publicKeys))).flat();
    if (pgp.length + keys.length === 0)
      return unreadSignatures("there are signatures in the file, and the site names no key to check them with");
    const trusted: TrustedKeys = { ...(pgp.length > 0 ? { pgp } : {}), ...(keys.length > 0 ? { plain: keys } : {}) };
    return { ...none, ...judgedAll(await verifySif(path, { keys: trusted, now, signal }), path) };
  } catch (error) {
    trust.signal?.throwIfAborted();
    if (!(error instanceof BerthError) || error.code === "E_KEYRING") throw error;
    if (hasCode(error, "E_SIF_NOT")) return none;
    if (hasCode(error, "E_SIF_UNSIGNED")) return { ...none, judged: [bad("it does not cover the whole file")] };
    const why = about(error, path);
    return NOT_WHOLE.some((code) => hasCode(error, code)) ? { ...none, judged: [bad(why)] } : unreadSignatures(why);
  }
}

// Of a form that the site has no key for, nothing is known, neither good nor bad.
function judgedAll(findings: readonly Finding[], path: string): Pick<CollectedSignatures, "judged" | "unread"> {
  const left = findings.filter(({ failure }) => failure && hasCode(failure, "E_SIGNER_NEEDED")).length;
  const judged = findings.filter(({ failure }) => !failure || !hasCode(failure, "E_SIGNER_NEEDED"));
  const unread = `${left} of its signatures cannot be checked, for the site names no key of that kind`;
  return { judged: judged.map((one) => judgedOf(one, path)), ...(left > 0 ? { unread } : {}) };
}

// What is wrong with the signatures, not with reading them.
const NOT_WHOLE = ["E_SIGNATURE_LEGACY", "E_SIF_UNGROUPED", "E_SIGNATURE_FORM"];

async function signatureCount(path: string): Promise<number> {
  return (await readSifFile(path)).descriptors.filter(({ type }) => type === "signature").length;
}

// The verdict travels, and the path would be that of a copy.
function about({ message }: BerthError, path: string): string {
  return message.replaceAll(path, "the file");
}

function bad(reason: string): JudgedSignature {
  return { kind: "pgp", valid: false, signer: undefined, reason };
}

function judgedOf({ signer, failure }: Finding, path: string): JudgedSignature {
  const kind = signer?.kind === "key" ? "site" : "pgp";
  const name = signer?.kind === "key" ? signer.id : signer?.fingerprint;
  return { kind, valid: failure === undefined, signer: name, reason: failure && about(failure, path) };
}
