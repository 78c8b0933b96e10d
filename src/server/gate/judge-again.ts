// Judges again what rules, advisories or time have overtaken: one image after the other, in slices, beside the server's other work. A
// verdict that changed is an event of each image that it is about, and is written beside the image's file. What is refused by now goes
// to quarantine where the site says so: its record and its lists change, its files stay.

import { setTimeout as pause } from "node:timers/promises";
import { reasonOf } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import type { Verdict } from "../../gate/types.ts";
import { countWords } from "../../gate/verdict-text.ts";
import { NOBODY, publishedAcl, type StoredImage } from "../../gateway/catalog/access.ts";
import type { GatewayCatalog } from "../../gateway/catalog/gateway-catalog.ts";
import type { PublishedAcl, Publisher } from "../../gateway/types.ts";
import { quarantineWords } from "../../gateway/work/judgement.ts";
import type { Gate } from "./gate.ts";

/** What judging again works with. */
export interface AgainParts {
  readonly gate: Gate;
  readonly catalog: Pick<GatewayCatalog, "byDigest" | "note" | "keepVerdict" | "setStatus" | "verdicts">;
  readonly publisher: Pick<Publisher, "republish">;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Hears of images that went to quarantine after they were published. */
  readonly quarantined?: ((images: readonly HeldBack[]) => Promise<void>) | undefined;
  /** Milliseconds between two looks; an hour unless said otherwise. */
  readonly everyMs?: number | undefined;
}

/** A published image that is in quarantine now. */
export interface HeldBack {
  readonly system: string;
  readonly name: string;
  readonly digest: string;
  readonly owner: string | undefined;
  readonly reason: string;
}

const HOUR_MS = 3_600_000;
/** Images of one look, so that a new configuration counts soon. */
const SLICE = 100;

/** Looks at once and then every hour, until the signal comes; `wake` looks earlier. */
export async function judgePeriodically(parts: AgainParts, wake: { now: AbortController }): Promise<void> {
  const { signal, log, everyMs = HOUR_MS } = parts;
  while (!signal.aborted) {
    wake.now = new AbortController();
    const either = AbortSignal.any([signal, wake.now.signal]);
    await judgeStale(parts).catch((error) => signal.aborted || log.warn(`judging again failed: ${reasonOf(error)}`));
    await pause(everyMs, undefined, { signal: either }).catch(() => undefined);
  }
}

/** Judges all that is stale; answers how many verdicts changed. */
export async function judgeStale(parts: AgainParts): Promise<number> {
  const tried = new Set<string>();
  let changed = 0;
  for (;;) {
    const digests = (await parts.gate.stale(SLICE + tried.size)).filter((digest) => !tried.has(digest));
    if (digests.length === 0) return changed;
    for (const digest of digests) {
      if (parts.signal.aborted) return changed;
      tried.add(digest);
      changed += await judgeOne(parts, digest);
    }
  }
}

async function judgeOne(parts: AgainParts, digest: string): Promise<number> {
  const { gate, catalog, log, signal } = parts;
  const images = (await catalog.byDigest(digest)).filter(
    ({ status }) => status === "READY" || status === "QUARANTINED",
  );
  if (images.length === 0) return 0;
  const verdicts = await gate.again(digest, signal).catch((error) => {
    if (!signal.aborted) log.warn(`${digest} could not be judged again: ${reasonOf(error)}`);
    return undefined;
  });
  if (!verdicts) return 0;
  const held = gate.heldBack(verdicts.after);
  const reason = held && !(await isReleased(catalog, digest)) ? held.reason : undefined;
  if (reason !== undefined)
    await catalog.keepVerdict(digest, { judge: gate.judge.name, verdict: "quarantined", reason });
  const changed: HeldBack[] = [];
  for (const image of images) {
    const isHeld = reason !== undefined && image.status === "READY";
    // The files first: whoever is interrupted here has shut out too many, not too few.
    await tell(image, verdicts, isHeld ? NOBODY : publishedAcl(image), parts);
    if (!isHeld) continue;
    await quarantine(image, reason, parts);
    changed.push(heldImage(image, reason));
  }
  if (changed.length > 0)
    await parts
      .quarantined?.(changed)
      .catch((error) => log.warn(`nobody was told that ${digest} is in quarantine: ${reasonOf(error)}`));
  return verdicts.before.result === verdicts.after.result ? 0 : 1;
}

// What staff let through stays, whatever a judge says later.
async function isReleased(catalog: AgainParts["catalog"], digest: string): Promise<boolean> {
  return (await catalog.verdicts(digest)).some(({ judge, verdict }) => judge === "staff" && verdict === "accepted");
}

// From then on no lookup answers it; the event of it is written with the record.
async function quarantine(image: StoredImage, reason: string, { catalog, gate, log }: AgainParts): Promise<void> {
  await catalog.setStatus(image.key, "QUARANTINED", quarantineWords(gate.judge.name, reason));
  log.warn(`${image.tags[0] ?? image.id} on ${image.system} went to quarantine: ${reason}`);
}

function heldImage({ system, tags, digest, owner }: StoredImage, reason: string): HeldBack {
  return { system, name: tags[0] ?? digest, digest, owner: owner?.user, reason };
}

async function tell(
  image: StoredImage,
  { before, after }: { readonly before: Verdict; readonly after: Verdict },
  acl: PublishedAcl,
  { catalog, publisher, signal, log }: Pick<AgainParts, "catalog" | "publisher" | "signal" | "log">,
): Promise<void> {
  // A quarantined image's files are nobody's until it is released; then its verdict comes with them.
  if (image.status === "READY")
    await publisher
      .republish(image.system, image, acl, signal)
      .catch((error) => log.warn(`the new verdict of ${image.id} is not beside its file: ${reasonOf(error)}`));
  if (before.result === after.result) return;
  const { system, itype, id, tags, digest } = image;
  await catalog.note({
    ...{ kind: "image.verdict", system, itype, tag: tags[0] ?? null, imageId: id, outcome: "done" },
    actor: { uid: null, name: "berth" },
    detail: { digest, before: before.result, after: after.result, findings: countWords(after.counts) },
  });
}
