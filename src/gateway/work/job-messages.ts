// What server and job process say to each other: one JSON document a line. The first line to the process is its job, the
// second lets it go on; when the server's side closes, the process ends. What comes back is parsed here, once.

import { reasonOf } from "../../base/errors.ts";
import type { LocationConfig, SignerFiles } from "../../site/gateway-config.ts";
import type { MadeImage, RegistryCredential, Status } from "../types.ts";
import { fail } from "./errors.ts";
import type { ImageRecipe } from "./image-recipe.ts";

/** What every job is told. */
export interface JobFrame {
  /** Folder of this job alone; the process writes nowhere else but into the content store. */
  readonly folder: string;
  readonly recipe: ImageRecipe;
  /** Largest sum of file sizes in bytes. */
  readonly maxBytes: number;
  /** The site's examiner, which is shown the unpacked files. */
  readonly examiner: string | undefined;
}

/** Pull an image and make its file. */
export interface PullJob extends JobFrame {
  readonly kind: "pull";
  readonly tag: string;
  readonly location: LocationConfig;
  /** Only that of the location; undefined: none was sent. */
  readonly credential: RegistryCredential | undefined;
  /** As in `--platform`. */
  readonly platform: string;
  readonly cacheDir: string;
  /** File of the signature policy (containers-policy.json) that the image has to meet. */
  readonly signaturePolicy: string | undefined;
  /** Fetch what lies beside the image as its signatures, for the judges. */
  readonly collectSignatures: boolean;
  /** Milliseconds of a silent registry; undefined: the client's own. */
  readonly silentMs: number | undefined;
}

/** Take a file of a user. */
export interface ImportJob extends JobFrame {
  readonly kind: "import";
  readonly path: string;
  readonly fileFormat: string;
  /** Whose right to read counts. */
  readonly caller: { readonly uid: number; readonly gid: number; readonly groups: readonly number[] };
  readonly trustSquashfs: boolean;
  /** Whether the lists of the request keep somebody out. */
  readonly private: boolean;
  /** As in `--platform`: what is said of files that do not tell themselves. */
  readonly platform: string;
  /** By whose keys signatures in the file are checked; undefined: nobody asks for them. */
  readonly signers: SignerFiles | undefined;
}

export type Job = PullJob | ImportJob;

/** Everything about an image but its file. */
export type ImageFacts = Omit<MadeImage, "file">;

/** How a job failed, in words for the one who asked for the image. */
export interface JobFailure {
  readonly code: string;
  /** One sentence, and what to do. */
  readonly message: string;
  /** Seconds after which another attempt may succeed; undefined: none will. */
  readonly again: number | undefined;
  /** For the log of those who run the gateway. */
  readonly detail: string;
}

/** The finished file, under the name that `imageFile` gives it. */
export interface FileFacts {
  readonly bytes: number;
  readonly digest: string;
}

/** What it took to make a file. */
export interface Effort {
  /** Bytes that came from outside; what the content store had is not among them. */
  readonly fetched: number;
  /** From the first byte to the last. */
  readonly seconds: number;
}

export type JobMessage =
  | { readonly type: "stage"; readonly status: Status; readonly text: string }
  | { readonly type: "bytes"; readonly done: number; readonly total: number }
  | { readonly type: "found"; readonly facts: ImageFacts }
  | { readonly type: "made"; readonly facts: ImageFacts; readonly file: FileFacts; readonly effort: Effort }
  | { readonly type: "failed"; readonly failure: JobFailure };

/** The second line to a job. */
export const GO_ON = '{"go":"on"}\n';

/** A line may hold an image's whole configuration, of at most 8 MiB. */
export const MAX_LINE = 32 * 1024 * 1024;

const TYPES: readonly string[] = ["stage", "bytes", "found", "made", "failed"] satisfies JobMessage["type"][];

/** @throws E_WORK_MESSAGE */
export function parseMessage(line: string): JobMessage {
  const message = object(line);
  if (!TYPES.includes(String(message["type"]))) throw fail("E_WORK_MESSAGE", { why: "it is of no known type" });
  // Written by the same program on the other side of a pipe: its type says what it holds.
  return message as unknown as JobMessage;
}

/** @throws E_WORK_MESSAGE */
export function parseJob(line: string): Job {
  const job = object(line);
  if (job["kind"] !== "pull" && job["kind"] !== "import") throw fail("E_WORK_MESSAGE", { why: "it is no job" });
  return job as unknown as Job;
}

function object(line: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch (error) {
    throw fail("E_WORK_MESSAGE", { why: reasonOf(error) });
  }
  throw fail("E_WORK_MESSAGE", { why: "it is no object" });
}
