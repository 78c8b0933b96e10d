// What a statement about an image's verdict looks like within its envelope: an in-toto Statement v1. Knows no keys: whoever reads one
// has to ask who signed it.

import { asObject, asString, jsonObject } from "../oci/json.ts";
import { type Envelope, parseEnvelope } from "../signing/envelope.ts";
import { fail } from "./errors.ts";
import { verdictOf } from "./read-verdict.ts";
import type { Verdict } from "./types.ts";

/** What a statement about a verdict says that it says. */
export const VERDICT_PREDICATE = "urn:berth:verdict:v1";
/** Type of what an envelope holds. */
export const STATEMENT_TYPE = "application/vnd.in-toto+json";
/** The form of what is signed. */
export const STATEMENT = "https://in-toto.io/Statement/v1";

/** Largest statement that is read. Bytes. */
export const MOST_STATEMENT = 4 * 1024 * 1024;

/** The envelope of a statement. `place`: where it was read, for sentences. @throws E_VERDICT_FORM */
export function envelopeOf(bytes: Uint8Array, place: string): Envelope {
  const envelope = bytes.length > MOST_STATEMENT ? undefined : parseEnvelope(bytes);
  if (!envelope) throw fail("E_VERDICT_FORM", { place, why: "it is no signed statement" });
  return envelope;
}

/** The verdict in an envelope, whoever signed it. @throws E_VERDICT_FORM */
export function predicateOf({ payloadType, payload }: Envelope, place: string): Verdict {
  const statement = payloadType === STATEMENT_TYPE ? jsonObject(payload) : undefined;
  if (statement?.["_type"] !== STATEMENT || statement["predicateType"] !== VERDICT_PREDICATE)
    throw fail("E_VERDICT_FORM", { place, why: "it is a statement about something else" });
  const verdict = verdictOf(statement["predicate"]);
  if (!verdict) throw fail("E_VERDICT_FORM", { place, why: "it is of another version, or damaged" });
  // The subject is what other programs go by: both must say the same.
  const [algorithm = "", hex = ""] = verdict.digest.split(":");
  const subjects: readonly unknown[] = Array.isArray(statement["subject"]) ? statement["subject"] : [];
  const named = subjects.some((one) => asString(asObject(asObject(one)?.["digest"])?.[algorithm]) === hex);
  if (!named || hex === "") throw fail("E_VERDICT_FORM", { place, why: "it contradicts itself" });
  return verdict;
}
