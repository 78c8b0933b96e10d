// A verdict: what the site's rules, the advisories and the signatures said of one image, bound to its digest. It travels with the
// image and is judged again when rules or advisories change, without opening the image: everything that is needed for that is kept
// beside it (`Dossier`). Knows no server and no store.

import type { ScanReport } from "../advisories/types.ts";
import type { AuditedImage } from "../audit/types.ts";
import type { SignatureFacts } from "../policy/practice-facts.ts";
import type { Finding } from "../policy/types.ts";
import type { CollectedSignatures } from "../signing/signature-evidence.ts";
import type { FileMark } from "./file-mark.ts";

/** `refused` keeps an image from being published, run or deployed; `unknown` does so only where the site is strict. */
export type VerdictResult = "accepted" | "warned" | "refused" | "unknown";

/** A finding without what belongs to somebody's text. */
export type KeptFinding = Pick<Finding, "rule" | "severity" | "message" | "hint" | "certainty" | "waived">;

export interface Verdict {
  /** Version of this form. */
  readonly schema: 1;
  readonly digest: string;
  /** As it was asked for; for people only. */
  readonly name: string;
  readonly result: VerdictResult;
  /** Seconds since 1970. */
  readonly judgedAt: number;
  /** Of the profile and all tables: the same hash means the same rules. */
  readonly policy: { readonly profile: string; readonly hash: string };
  /** Undefined: nobody scanned. */
  readonly advisories: { readonly date: string | undefined; readonly digest: string | undefined } | undefined;
  readonly engines: readonly { readonly name: string; readonly version: string | undefined }[];
  /** The heaviest first, at most `MOST_FINDINGS`; `counts` has all. */
  readonly findings: readonly KeptFinding[];
  readonly counts: {
    readonly error: number;
    readonly warning: number;
    readonly info: number;
    readonly style: number;
    readonly unknown: number;
    readonly waived: number;
  };
  readonly signatures: readonly SignatureFacts[];
  /** Names what was collected of its signatures; undefined: nobody has looked. */
  readonly signatureSet?: string | undefined;
  /** Seconds since 1970; the image's own time, for ages at launch. */
  readonly createdAt: number | undefined;
  /** Of an image file that was judged as such: by this a launch knows it again. */
  readonly file?: FileMark | undefined;
  /** Staff let it through although it was refused. */
  readonly release?: { readonly by: string; readonly reason: string; readonly at: number } | undefined;
}

export const MOST_FINDINGS = 500;

/** What was read of an image once: enough to judge again without opening it. */
export interface Dossier {
  readonly image: AuditedImage;
  readonly scan: ScanReport | undefined;
  /** The signatures themselves, judged with every verdict by the keys of that day; undefined: nobody has looked for any. */
  readonly collected?: CollectedSignatures | undefined;
}
