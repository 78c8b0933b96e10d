// A verdict as somebody's JSON: checked field by field, since it is read at launches from files beside images. What a newer berth
// wrote, or nobody, is no verdict.

import { asObject, asString, type JsonObject } from "../oci/json.ts";
import { type KeptFinding, MOST_FINDINGS, type Verdict, type VerdictResult } from "./types.ts";

const RESULTS: readonly string[] = ["accepted", "warned", "refused", "unknown"] satisfies VerdictResult[];
const SEVERITIES: readonly string[] = ["error", "warning", "info", "style"];
const CERTAINTIES: readonly string[] = ["certain", "likely", "person", "unknown"];
const COUNTS = ["error", "warning", "info", "style", "unknown", "waived"] as const;

/** The verdict that a parsed document holds; undefined when it holds none of this form. */
export function verdictOf(value: unknown): Verdict | undefined {
  const object = asObject(value);
  if (object?.["schema"] !== 1) return undefined;
  const { digest, name, result, judgedAt, policy, findings, counts } = object;
  const rules = asObject(policy);
  const numbers = asObject(counts);
  if (typeof digest !== "string" || typeof name !== "string" || !RESULTS.includes(String(result))) return undefined;
  if (!Number.isFinite(judgedAt) || asString(rules?.["hash"]) === undefined || !Array.isArray(findings))
    return undefined;
  if (!numbers || !COUNTS.every((count) => Number.isSafeInteger(numbers[count]))) return undefined;
  const kept = (findings as readonly unknown[]).slice(0, MOST_FINDINGS).map(findingOf);
  if (kept.some((finding) => finding === undefined)) return undefined;
  return {
    ...{ schema: 1, digest, name, result: result as VerdictResult, judgedAt: Number(judgedAt) },
    policy: { profile: asString(rules?.["profile"]) ?? "", hash: asString(rules?.["hash"]) ?? "" },
    advisories: advisoriesOf(object["advisories"]),
    engines: listOf(object["engines"], engineOf),
    findings: kept.filter((finding) => finding !== undefined),
    counts: countsOf(numbers),
    signatures: listOf(object["signatures"], signatureOf),
    ...(typeof object["signatureSet"] === "string" ? { signatureSet: object["signatureSet"] } : {}),
    createdAt: numberOf(object["createdAt"]),
    ...fileOf(object["file"]),
    ...releaseOf(object["release"]),
  };
}

function findingOf(value: unknown): KeptFinding | undefined {
  const { rule, severity, message, hint, certainty, waived } = asObject(value) ?? {};
  if (typeof rule !== "string" || typeof message !== "string") return undefined;
  if (!SEVERITIES.includes(String(severity)) || !CERTAINTIES.includes(String(certainty))) return undefined;
  return {
    ...{ rule, message, hint: asString(hint), severity: severity as KeptFinding["severity"] },
    certainty: certainty as KeptFinding["certainty"],
    waived: waiverOf(waived),
  };
}

function waiverOf(value: unknown): KeptFinding["waived"] {
  const { by, reason, until } = asObject(value) ?? {};
  if (typeof by !== "string" || typeof reason !== "string") return undefined;
  return { by, reason, until: numberOf(until) ?? null };
}

function advisoriesOf(value: unknown): Verdict["advisories"] {
  const object = asObject(value);
  return object && { date: asString(object["date"]), digest: asString(object["digest"]) };
}

function engineOf(value: unknown): Verdict["engines"][number] | undefined {
  const { name, version } = asObject(value) ?? {};
  return typeof name === "string" ? { name, version: asString(version) } : undefined;
}

const KINDS: readonly string[] = ["cosign", "bundle", "notation", "pgp", "site"];

function signatureOf(value: unknown): Verdict["signatures"][number] | undefined {
  const { kind, valid, signer, reason } = asObject(value) ?? {};
  if (!KINDS.includes(String(kind)) || typeof valid !== "boolean") return undefined;
  const words = { signer: asString(signer), reason: asString(reason) };
  return { kind: kind as Verdict["signatures"][number]["kind"], valid, ...words };
}

function fileOf(value: unknown): Pick<Verdict, "file"> {
  const { bytes, ends } = asObject(value) ?? {};
  return typeof bytes === "number" && typeof ends === "string" ? { file: { bytes, ends } } : {};
}

function releaseOf(value: unknown): Pick<Verdict, "release"> {
  const { by, reason, at } = asObject(value) ?? {};
  if (typeof by !== "string" || typeof reason !== "string" || typeof at !== "number") return {};
  return { release: { by, reason, at } };
}

function countsOf(numbers: JsonObject): Verdict["counts"] {
  const count = (name: (typeof COUNTS)[number]) => Number(numbers[name]);
  const [error, warning, info] = [count("error"), count("warning"), count("info")];
  return { error, warning, info, style: count("style"), unknown: count("unknown"), waived: count("waived") };
}

function listOf<T>(value: unknown, parse: (item: unknown) => T | undefined): readonly T[] {
  return (Array.isArray(value) ? (value as readonly unknown[]) : []).flatMap((item) => parse(item) ?? []);
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}
