// Tells the site, every week unless it says otherwise, which images should be built anew: one signed HTTP call with everything, so that
// whoever gets it can write to the owners. A call that fails is tried again at the next look.

import { createHmac } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { reasonOf } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import { publishFile } from "../../base/publish.ts";
import { type OwnerReminders, type RemindedImage, remindersFor } from "../../gate/reminders.ts";
import type { GatewayCatalog } from "../../gateway/catalog/gateway-catalog.ts";
import type { GateConfig, GatewayConfig, ReminderConfig } from "../../site/gateway-config.ts";
import type { Gate } from "./gate.ts";
import type { HeldBack } from "./judge-again.ts";

/** What the calendar works with. */
export interface CalendarParts {
  readonly gate: Pick<Gate, "spokenOf">;
  readonly catalog: Pick<GatewayCatalog, "list">;
  readonly config: () => GatewayConfig;
  readonly now: () => number;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Milliseconds between two looks at the calendar; an hour unless said otherwise. */
  readonly everyMs?: number | undefined;
}

const HOUR_MS = 3_600_000;
const PATIENCE_MS = 30_000;

/** Looks every hour whether it is time, until the signal comes. */
export async function remindPeriodically(parts: CalendarParts): Promise<void> {
  const { signal, log, everyMs = HOUR_MS } = parts;
  while (!signal.aborted) {
    await remindWhenDue(parts).catch(
      (error) => signal.aborted || log.warn(`no reminders were sent: ${reasonOf(error)}`),
    );
    await pause(everyMs, undefined, { signal }).catch(() => undefined);
  }
}

/** Sends reminders when the last ones are long enough ago; answers whether it did. @throws when nobody takes them */
export async function remindWhenDue(parts: CalendarParts): Promise<boolean> {
  const { config, now, signal, log } = parts;
  const { gate } = config();
  if (!gate?.reminders) return false;
  // The time of the last ones is that of a file, which survives a restart.
  const mark = join(gate.dossiers, "../reminded");
  const last = await stat(mark).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
  if (now() * 1000 - last < gate.reminders.everyMs) return false;
  const reminders = await remindersNow(parts, gate);
  await send(gate.reminders, { kind: "rebuild-reminders", owners: reminders }, now(), signal);
  await publishFile(mark, 0o600, async (file) => file.writeFile(`${now()}\n`));
  log.info(`reminders sent for ${reminders.reduce((sum, { images }) => sum + images.length, 0)} images`);
  return true;
}

async function remindersNow(
  { catalog, config, gate, now }: CalendarParts,
  rules: GateConfig,
): Promise<readonly OwnerReminders[]> {
  const images: RemindedImage[] = [];
  for (const system of config().systems.keys()) {
    const { items } = await catalog.list({ system, all: true }, "all");
    const verdicts = await gate.spokenOf(items.map(({ digest }) => digest));
    for (const { digest, tags, owner, createdAt, status } of items) {
      if (status !== "READY") continue;
      const verdict = verdicts.get(digest);
      const builtAt = verdict?.builtAt ?? createdAt;
      images.push({ system, name: tags[0] ?? digest, digest, owner: owner?.user, builtAt, verdict });
    }
  }
  return remindersFor(images, now(), rules.policy.practices.limits.rebuildAge);
}

/** Tells the address of reminders at once that published images went to quarantine. @throws when nobody takes it */
export async function tellQuarantined(
  images: readonly HeldBack[],
  { config, now, signal }: Pick<CalendarParts, "config" | "now" | "signal">,
): Promise<void> {
  const { reminders } = config().gate ?? {};
  if (reminders) await send(reminders, { kind: "image-quarantined", images }, now(), signal);
}

/** The body, signed as webhooks of services are: HMAC-SHA256 of the time, a dot and the body. */
async function send(
  { url, secretFile }: ReminderConfig,
  about: { readonly kind: string } & Readonly<Record<string, unknown>>,
  now: number,
  signal: AbortSignal,
): Promise<void> {
  const body = JSON.stringify({ schema: 1, at: now, ...about });
  const timestamp = String(Math.floor(now));
  const key = secretFile === undefined ? undefined : (await readFile(secretFile, "utf8")).trim();
  const signature = key && createHmac("sha256", key).update(`${timestamp}.${body}`).digest("hex");
  const headers = {
    "content-type": "application/json",
    "x-berth-timestamp": timestamp,
    ...(signature ? { "x-berth-signature": `v1=${signature}` } : {}),
  };
  const within = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
  const answer = await fetch(url, { method: "POST", headers, body, redirect: "error", signal: within });
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`the address answers ${answer.status}`);
}
