// The gate of a gateway's server: judges new images before they are published, keeps signed verdicts, judges again what rules or
// advisories have overtaken. The rules that count are those of the configuration that counts.

import type { KeyObject } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { openStore as openAdvisories } from "../../advisories/store/store.ts";
import { reasonOf } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import { canonicalText } from "../../gate/canonical.ts";
import type { ImagePlace, JudgeAnswer, JudgeJob } from "../../gate/job/judge-job.ts";
import { policyHash } from "../../gate/policy-hash.ts";
import { readSigners, signatureSetOf, signerIds } from "../../gate/site-signers.ts";
import { readStatement, writeStatement } from "../../gate/statement.ts";
import type { Verdict } from "../../gate/types.ts";
import type { VerdictBook } from "../../gate/verdict-book.ts";
import { countWords, type SpokenVerdict, spoken } from "../../gate/verdict-text.ts";
import type { Release } from "../../gateway/desk/parts.ts";
import type { Judge, Verdict as Judgement, MadeImage } from "../../gateway/types.ts";
import { PRACTICES } from "../../policy/practices/practices.ts";
import { privateKey, publicKey, readPem } from "../../signing/pem-key.ts";
import type { GateConfig, GatewayConfig } from "../../site/gateway-config.ts";
import { judgeInProcess } from "./judge-process.ts";
import { judgementOf } from "./judgement-of.ts";

/** What the gate is given. */
export interface GateParts {
  readonly book: VerdictBook;
  readonly config: () => GatewayConfig;
  /** Seconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
  /** Of this berth. */
  readonly version: string;
  readonly program?: readonly string[] | undefined;
}

/** Milliseconds for judging one image: reading the layers of a large one takes minutes. */
const PATIENCE_MS = 20 * 60_000;

export class Gate {
  readonly #parts: GateParts;

  constructor(parts: GateParts) {
    this.#parts = parts;
  }

  /** Asked by the workers about every new image. */
  get judge(): Judge {
    return {
      name: "policy",
      judge: (image, signal) => this.#judgeNew(image, signal),
      again: (image, status, signal) => this.#judgeKnown(image, status, signal),
    };
  }

  /** The statement of a digest as text, for who reads the image's files; undefined: there is none. */
  async statementOf(digest: string): Promise<string | undefined> {
    return (await this.#parts.book.find([digest])).get(digest)?.statement;
  }

  /** What is told of verdicts, by digest. */
  async spokenOf(digests: readonly string[]): Promise<ReadonlyMap<string, SpokenVerdict>> {
    const found = new Map<string, SpokenVerdict>();
    for (const [digest, { statement }] of await this.#parts.book.find([...new Set(digests)]))
      found.set(digest, spoken(readStatement(Buffer.from(statement), { place: digest, keys: [] })));
    return found;
  }

  /** Staff let the image through: its verdict says so from now on. */
  async release(digest: string, release: Release): Promise<void> {
    const statement = await this.statementOf(digest);
    if (statement === undefined) return;
    const verdict = readStatement(Buffer.from(statement), { place: digest, keys: [] });
    await this.keep({ ...verdict, release });
  }

  /** Verdicts that rules, advisories or time have overtaken. */
  async stale(limit: number): Promise<readonly string[]> {
    const gate = this.#parts.config().gate;
    if (!gate) return [];
    const advisories = gate.advisories && (await advisoriesDigest(gate.advisories.root));
    const before = this.#parts.now() - gate.againMs / 1000;
    const hash = policyHash(gate.policy, PRACTICES, signerIds(await readSigners(gate.signatures)));
    return this.#parts.book.stale({ policyHash: hash, advisories, before }, limit);
  }

  /** Judges by what was read of the image. Undefined: that is not here. @throws E_GATE_JOB */
  async again(
    digest: string,
    signal: AbortSignal,
    signatures?: MadeImage["signatures"],
  ): Promise<{ readonly before: Verdict; readonly after: Verdict } | undefined> {
    const gate = this.#parts.config().gate;
    const statement = gate && (await this.statementOf(digest));
    if (!gate || statement === undefined) return undefined;
    const before = readStatement(Buffer.from(statement), { place: digest, keys: [] });
    const answer = await this.#ask({ digest, name: before.name, image: undefined, signatures }, gate, signal);
    if (answer.kind !== "verdict") return undefined;
    const after = { ...answer.verdict, ...(before.release ? { release: before.release } : {}) };
    await this.keep(after);
    return { before, after };
  }

  /** What becomes of a published image that a later verdict refuses; undefined: it stays. */
  heldBack(verdict: Verdict): Judgement | undefined {
    const { gate } = this.#parts.config();
    const told = gate?.rejudge === "quarantine" ? judgementOf(verdict, gate) : undefined;
    return told?.verdict === "quarantined" ? told : undefined;
  }

  // An image that was never judged is not judged by half, from what this pull has of it.
  async #judgeKnown(
    { digest, signatures }: MadeImage,
    status: "READY" | "QUARANTINED",
    signal: AbortSignal,
  ): Promise<Judgement | undefined> {
    const { gate } = this.#parts.config();
    const statement = gate && (await this.statementOf(digest));
    if (!gate || statement === undefined) return undefined;
    const before = readStatement(Buffer.from(statement), { place: digest, keys: [] });
    const isNew = signatures && signatures.unread === undefined && signatureSetOf(signatures) !== before.signatureSet;
    const after = isNew ? ((await this.again(digest, signal, signatures))?.after ?? before) : before;
    if (status === "QUARANTINED") return judgementOf(after, gate);
    // What is published stays so, unless the site wants it otherwise.
    return this.heldBack(after) ?? (isNew ? { verdict: "accepted", reason: countWords(after.counts) } : undefined);
  }

  async #judgeNew(image: MadeImage, signal: AbortSignal): ReturnType<Judge["judge"]> {
    const { config, log } = this.#parts;
    const { gate, cacheDir } = config();
    if (!gate) return { verdict: "accepted", reason: "" };
    const platform = `${image.os}/${image.arch}`;
    const place: ImagePlace = { cacheDir, file: image.file?.path, platform };
    const { digest, source: name, signatures } = image;
    let why = "";
    try {
      const answer = await this.#ask({ digest, name, image: place, signatures }, gate, signal);
      if (answer.kind === "verdict" && answer.verdict.digest === digest) {
        await this.keep(answer.verdict);
        return judgementOf(answer.verdict, gate);
      }
      why = answer.kind === "failed" ? answer.message : "nothing of it could be read";
    } catch (error) {
      signal.throwIfAborted();
      why = reasonOf(error);
    }
    log.warn(`${name} (${digest}) could not be judged: ${why}`);
    // What nobody could judge is not let in by an accident.
    return gate.judge === "enforce"
      ? { verdict: "quarantined", reason: `it could not be judged: ${why}` }
      : { verdict: "accepted", reason: `not judged: ${why}` };
  }

  async #ask(
    job: Pick<JudgeJob, "digest" | "name" | "image" | "signatures">,
    gate: GateConfig,
    signal: AbortSignal,
  ): Promise<JudgeAnswer> {
    const { config, version, program } = this.#parts;
    const { memoryBytes } = config().workers;
    const { dossiers, advisories, policy, signatures: signers } = gate;
    const folder = join(dossiers, "../gate-work");
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return await judgeInProcess(
      { ...job, dossiers, advisories, version, signers, policy: canonicalText(policy) },
      { folder, memoryBytes, timeoutMs: PATIENCE_MS, signal, program },
    );
  }

  /** Signs and keeps a verdict. @throws E_KEY_FILE, E_STORE_… */
  async keep(verdict: Verdict): Promise<void> {
    const key = await keyOf(this.#parts.config().gate?.keyFile);
    const { digest, result, judgedAt, policy, advisories } = verdict;
    await this.#parts.book.keep({
      ...{ digest, result, judgedAt, policyHash: policy.hash, advisories: advisories?.digest ?? "" },
      statement: writeStatement(verdict, key),
    });
  }
}

async function keyOf(path: string | undefined): Promise<KeyObject | undefined> {
  return path === undefined ? undefined : privateKey(await readPem(path), undefined, path);
}

/** Of the set that is in use; undefined while there is none that can be read, which makes no verdict stale. */
async function advisoriesDigest(root: string): Promise<string | undefined> {
  return openAdvisories(root).then(
    ({ digest }) => digest,
    () => undefined,
  );
}

/** Checks what the gate needs of its files before a server starts. @throws E_KEY_FILE */
export async function checkGate({ gate }: Pick<GatewayConfig, "gate">): Promise<void> {
  await keyOf(gate?.keyFile);
  if (gate) await readSigners(gate.signatures);
  for (const path of gate?.advisories?.keys ?? []) publicKey(await readPem(path), path);
}
