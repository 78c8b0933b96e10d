// What the process that judges is told, and what it answers: one JSON document each way. Plain data; knows neither the server nor
// how images are read.

import { asObject, asString, jsonObject } from "../../oci/json.ts";
import type { CollectedSignatures } from "../../signing/signature-evidence.ts";
import type { GateConfig, SignerFiles } from "../../site/gateway-config.ts";
import { fail } from "../errors.ts";
import { verdictOf } from "../read-verdict.ts";
import type { Verdict } from "../types.ts";

/** One image to be judged. */
export interface JudgeJob {
  readonly digest: string;
  /** As people named it. */
  readonly name: string;
  /** Folder where dossiers are kept. */
  readonly dossiers: string;
  /** The policy, as `canonicalText` writes it. */
  readonly policy: string;
  /** Undefined: flaws are not looked for. */
  readonly advisories: GateConfig["advisories"];
  /** Where the image can be read; undefined: it is judged by its dossier alone. */
  readonly image: ImagePlace | undefined;
  /** Of this berth. */
  readonly version: string;
  /** What was collected of its signatures with this pull; undefined: what is known of them counts. */
  readonly signatures?: CollectedSignatures | undefined;
  /** Files with the keys of those whose signatures count. */
  readonly signers?: Pick<SignerFiles, "keys" | "authorities"> | undefined;
}

/** Where an image lies: its layers in the content store, its finished file. */
export interface ImagePlace {
  readonly cacheDir: string;
  /** Undefined: there is none, or none that can be read. */
  readonly file: string | undefined;
  /** As in `--platform`. */
  readonly platform: string;
}

/** How it ended. */
export type JudgeAnswer =
  | { readonly kind: "verdict"; readonly verdict: Verdict }
  | { readonly kind: "none" }
  | { readonly kind: "failed"; readonly code: string; readonly message: string };

/** Longest document in either direction, in bytes. */
export const MOST_WORDS = 8 * 1024 * 1024;

/** The job in a line. @throws E_GATE_WORDS */
export function parseJudgeJob(line: string): JudgeJob {
  const job = jsonObject(Buffer.from(line));
  if (!job || typeof job["digest"] !== "string" || typeof job["policy"] !== "string")
    throw fail("E_GATE_WORDS", { why: "it is no job" });
  // Written by the same program on the other side of a pipe.
  return job as unknown as JudgeJob;
}

/** The answer in a line: it came from a process that has read a stranger's image. @throws E_GATE_WORDS */
export function parseAnswer(line: string): JudgeAnswer {
  const answer = jsonObject(Buffer.from(line));
  const kind = answer?.["kind"];
  if (kind === "none") return { kind };
  if (kind === "failed")
    return { kind, code: asString(answer?.["code"]) ?? "E_GATE_JOB", message: asString(answer?.["message"]) ?? "" };
  const verdict = kind === "verdict" ? verdictOf(asObject(answer?.["verdict"])) : undefined;
  if (!verdict) throw fail("E_GATE_WORDS", { why: "it is no verdict" });
  return { kind: "verdict", verdict };
}
