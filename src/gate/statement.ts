// A verdict as it travels: an in-toto statement (Statement v1) about the image's digest, in a DSSE envelope with the site's signature.
// Whoever has the site's public key can believe it without asking anybody.

import type { KeyObject } from "node:crypto";
import { envelopeSigner, signEnvelope } from "../signing/dsse.ts";
import { fail } from "./errors.ts";
import { envelopeOf, predicateOf, STATEMENT, STATEMENT_TYPE, VERDICT_PREDICATE } from "./statement-form.ts";
import type { Verdict } from "./types.ts";

/** The signed statement as text, one line; without a key it has no signature, and counts for those only who ask for none. */
export function writeStatement(verdict: Verdict, key: KeyObject | undefined): string {
  const payload = Buffer.from(JSON.stringify(statementOf(verdict)));
  const envelope = key
    ? signEnvelope(STATEMENT_TYPE, payload, key)
    : { payloadType: STATEMENT_TYPE, payload: payload.toString("base64"), signatures: [] };
  return `${JSON.stringify(envelope)}\n`;
}

function statementOf(verdict: Verdict) {
  const [algorithm = "", hex = ""] = verdict.digest.split(":");
  const subject = [{ name: verdict.name, digest: { [algorithm]: hex } }];
  return { _type: STATEMENT, subject, predicateType: VERDICT_PREDICATE, predicate: verdict };
}

/** What a statement is held against. */
export interface Expected {
  /** Where it was read, for sentences. */
  readonly place: string;
  /** Keys of the site; empty: the signature is not looked at. */
  readonly keys: readonly KeyObject[];
  /** What it has to be about; undefined: anything. */
  readonly digest?: string | undefined;
}

/** The verdict of a statement. @throws E_VERDICT_FORM, E_VERDICT_SIGNATURE, E_VERDICT_SUBJECT */
export function readStatement(bytes: Uint8Array, { place, keys, digest }: Expected): Verdict {
  const envelope = envelopeOf(bytes, place);
  if (keys.length > 0 && !envelopeSigner(envelope, keys)) throw fail("E_VERDICT_SIGNATURE", { place });
  const verdict = predicateOf(envelope, place);
  if (digest !== undefined && verdict.digest !== digest)
    throw fail("E_VERDICT_SUBJECT", { place, about: verdict.digest, digest });
  return verdict;
}
