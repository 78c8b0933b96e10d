// Who signed all of a SIF file: the question of policies and of `Fingerprints:` in definition files.

import type { KeyObject } from "node:crypto";
import { BerthError } from "../base/errors.ts";
import { type Keyring, publicKeys } from "./keyring.ts";
import type { GoodSigner, Signatures } from "./policy.ts";
import { type Finding, type TrustedKeys, verifySif } from "./verify-sif.ts";

/** The keys of several keyrings, first come first. @throws E_KEYRING */
export async function keysOf(keyrings: readonly Keyring[]): Promise<TrustedKeys> {
  const rings = await Promise.all(keyrings.map(publicKeys));
  return { pgp: rings.flat() };
}

/**
 * Fingerprints (40 upper-case digits) of the keys with which every object of the file is signed validly now.
 * @throws E_SIF_UNSIGNED, E_SIGNATURE_LEGACY, the first failure when no signature is good, and what reading makes fail
 */
export async function signedBy(
  path: string,
  options: { readonly keyrings: readonly Keyring[]; readonly now: Date; readonly signal?: AbortSignal | undefined },
): Promise<readonly string[]> {
  const findings = await verifySif(path, { ...options, keys: await keysOf(options.keyrings) });
  const signers = signersOfAll(findings).flatMap(({ kind, id }) => (kind === "pgp" ? [id] : []));
  const failure = findings.find((finding) => finding.failure)?.failure;
  if (signers.length === 0 && failure) throw failure;
  return signers;
}

/** Who signed a file by these keys, for a policy: what keeps it from being signed is a reason and no failure. */
export async function fileSignatures(
  path: string,
  keys: { readonly pgp: TrustedKeys["pgp"]; readonly plain: readonly KeyObject[] },
  options: { readonly now: Date; readonly signal?: AbortSignal | undefined },
): Promise<Signatures> {
  try {
    const trusted = { plain: keys.plain, ...(keys.pgp ? { pgp: keys.pgp } : {}) };
    const findings = await verifySif(path, { ...options, keys: trusted });
    const why = findings.find(({ failure }) => failure)?.failure?.message;
    return { signers: signersOfAll(findings), why };
  } catch (error) {
    if (error instanceof BerthError) return { signers: [], why: error.message };
    throw error;
  }
}

/** The signers of whom every group carries a good signature. */
function signersOfAll(findings: readonly Finding[]): readonly GoodSigner[] {
  const groups = new Map<number, Map<string, GoodSigner>>();
  for (const { group, signer, failure } of findings) {
    const signers = groups.get(group) ?? new Map<string, GoodSigner>();
    groups.set(group, signers);
    if (failure || !signer) continue;
    const good: GoodSigner =
      signer.kind === "pgp" ? { kind: "pgp", id: signer.fingerprint } : { kind: "key", id: signer.id };
    signers.set(`${good.kind} ${good.id}`, good);
  }
  const [first, ...others] = groups.values();
  return [...(first ?? [])].filter(([name]) => others.every((group) => group.has(name))).map(([, signer]) => signer);
}
