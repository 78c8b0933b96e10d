// Holds an image that is about to be used against the signature policies of site and user. Loaded only where there is
// a policy. What was found stays known for a while: a hundred ranks on a node must not each read a gigabyte.

import { createHash } from "node:crypto";
import { mkdir, readFile, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { digestOf } from "../base/digest.ts";
import { BerthError } from "../base/errors.ts";
import { publishFile } from "../base/publish.ts";
import { asObject, jsonObject } from "../oci/json.ts";
import { acquireLock } from "../oci/store/lock.ts";
import { type ImageSource, parseImageUri } from "../oci/uri.ts";
import { ensureRuntimeDir } from "../run/runtime-dir.ts";
import { fail } from "../signing/errors.ts";
import {
  type AllowedSigner,
  decide,
  demandOn,
  type SignaturePolicy,
  type Signatures,
  type Subject,
  strictest,
} from "../signing/policy.ts";
import { readPolicy } from "../signing/policy-file.ts";
import type { Context } from "./context.ts";
import type { SignatureFlags } from "./policy-signatures.ts";

/** How long a finding is believed: a revoked or expired key counts no more at the latest after it. */
const MEMORY_MS = 60 * 60_000;

/** An image as it was named, and what it led to: a file, or at least a manifest. */
export interface UsedImage {
  readonly word: string;
  /** Left out: what the word says. */
  readonly source?: ImageSource;
  readonly path?: string;
  /** Left out: the one that the file keeps. */
  readonly manifestBytes?: Uint8Array;
}

/** The same with its source. */
export type SourcedImage = UsedImage & { readonly source: ImageSource };

/** @throws E_POLICY_FILE, E_POLICY_REFUSED */
export async function checkPolicies(
  files: readonly string[],
  used: UsedImage,
  flags: SignatureFlags,
  context: Context,
): Promise<void> {
  // A file may have a colon in its name; what led to another file is a URI.
  const named = used.word === used.path ? ({ kind: "file", path: used.path } as const) : parseImageUri(used.word);
  const image = { ...used, source: used.source ?? named };
  const policies = await Promise.all(files.map(readPolicy));
  const subject = await subjectOf(image.source);
  const demands = policies.map((policy) => demandOn(policy, subject)).filter(({ mode }) => mode !== "off");
  if (demands.length === 0) return;
  const allowed = demands.flatMap(({ signers }) => signers);
  const signatures = await signaturesOf(image, subject, allowed, flags, context);
  const verdicts = policies.map((policy) => ({ policy, ...decide(policy, subject, signatures) }));
  const worst = strictest(verdicts);
  if (!worst || worst.action === "allow") return;
  sayOrThrow(worst, image, context);
}

function sayOrThrow(
  worst: { readonly policy: SignaturePolicy; readonly action: string; readonly why: string; readonly rule: string },
  { word }: UsedImage,
  { log }: Context,
): void {
  const { policy, why, rule } = worst;
  const refusal = fail("E_POLICY_REFUSED", { what: word, why, rule, file: policy.file });
  if (worst.action === "refuse") throw refusal;
  log.warn(`${word} would not be allowed where policies are enforced: ${why} (rule ${rule} of ${policy.file})`);
}

async function subjectOf(source: ImageSource): Promise<Subject> {
  const file = async (name: string): Promise<Subject> => ({
    kind: "path",
    name: await realpath(name).catch(() => name),
  });
  switch (source.kind) {
    case "docker":
    case "oras":
      return { kind: "repository", name: `${source.reference.registry}/${source.reference.repository}` };
    case "http": {
      const { host, pathname } = new URL(source.url);
      return { kind: "repository", name: `${host}${pathname}` };
    }
    case "docker-archive":
    case "oci":
    case "oci-archive":
    case "file":
      return file(source.path);
    case "docker-daemon":
      return { kind: "repository", name: source.image };
    case "instance":
      return { kind: "repository", name: source.name };
  }
}

async function signaturesOf(
  image: SourcedImage,
  subject: Subject,
  allowed: readonly AllowedSigner[],
  flags: SignatureFlags,
  context: Context,
): Promise<Signatures> {
  // A demand without signers refuses everything: nothing needs to be read for that.
  if (allowed.length === 0) return { signers: [], why: undefined };
  const folder = join(ensureRuntimeDir(context.env, context.user), "verified");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const memory = join(folder, `${await keyOf(image, subject, allowed)}.json`);
  const remembered = () => recall(memory);
  const known = await remembered();
  if (known) return known;
  // Others that start now wait for the first to have read the image.
  const unless = async () => (await remembered()) !== undefined;
  const lock = await acquireLock(`${memory}.lock`, { signal: context.signal, unless });
  try {
    const found = await remembered();
    if (found) return found;
    const { gatherSignatures } = await import("./policy-signatures.ts");
    const signatures = await gatherSignatures(image, allowed, flags, context);
    // Only what is good: who has the image signed now must not wait an hour.
    if (signatures.signers.length > 0) await remember(memory, signatures);
    return signatures;
  } finally {
    await lock?.release();
  }
}

// Whatever could change the outcome is in the name: a file by its identity and change times, an image by its manifest.
async function keyOf(
  { path, manifestBytes }: UsedImage,
  subject: Subject,
  allowed: readonly AllowedSigner[],
): Promise<string> {
  const what = path === undefined ? [digestOf(manifestBytes ?? "")] : await fileIdentity(path);
  const signers = allowed.map(({ kind, id }) => `${kind} ${id}`).sort();
  return createHash("sha256")
    .update(JSON.stringify([what, subject, signers]))
    .digest("hex");
}

async function fileIdentity(path: string): Promise<readonly string[]> {
  const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
  return [dev, ino, size, mtimeNs, ctimeNs].map(String);
}

async function recall(path: string): Promise<Signatures | undefined> {
  try {
    const { until, signers } = jsonObject(await readFile(path)) ?? {};
    if (typeof until !== "number" || until < Date.now() || until > Date.now() + MEMORY_MS) return undefined;
    if (!Array.isArray(signers)) return undefined;
    const good = signers.flatMap((entry) => {
      const { kind, id } = asObject(entry) ?? {};
      return (kind === "pgp" || kind === "key") && typeof id === "string" ? [{ kind, id } as const] : [];
    });
    return { signers: good, why: undefined };
  } catch {
    return undefined;
  }
}

async function remember(path: string, { signers }: Signatures): Promise<void> {
  const text = JSON.stringify({ until: Date.now() + MEMORY_MS, signers });
  await publishFile(path, 0o600, async (file) => file.writeFile(text)).catch((error: unknown) => {
    if (error instanceof BerthError) throw error;
  });
}
