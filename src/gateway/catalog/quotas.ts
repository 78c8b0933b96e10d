// How much of the gateway people and groups may take, and how much they do: an image counts for its owner and for the
// owner's primary group. Only records; what happens beyond a limit is the desk's affair.

import type { Kysely } from "kysely";
import type { Tables } from "../../store/schema.ts";
import type { QuotaLimits, QuotaReport, QuotaSubject } from "../types.ts";

/** The number under which the limits of everybody without his own are kept. */
export const EVERYBODY = -1;

/** Limits and use of a subject. `fallback` counts where nothing was ever set. */
export async function quotaOf(db: Kysely<Tables>, subject: QuotaSubject, fallback: QuotaLimits): Promise<QuotaReport> {
  const rows = await db
    .selectFrom("quotas")
    .where("kind", "=", subject.kind)
    .where("number", "in", [subject.number, EVERYBODY])
    .selectAll()
    .execute();
  const row = rows.find(({ number }) => Number(number) === subject.number) ?? rows[0];
  const limits = row ? { bytes: numberOrNull(row.bytes), images: numberOrNull(row.images) } : fallback;
  return { subject, limits, used: await usedBy(db, subject) };
}

/** Sets the limits of a subject, in place of whatever they were. */
export async function setQuota(db: Kysely<Tables>, subject: QuotaSubject, limits: QuotaLimits): Promise<void> {
  const row = { bytes: limits.bytes, images: limits.images };
  await db
    .insertInto("quotas")
    .values({ kind: subject.kind, number: subject.number, ...row })
    .onConflict((conflict) => conflict.columns(["kind", "number"]).doUpdateSet(row))
    .execute();
}

async function usedBy(db: Kysely<Tables>, { kind, number }: QuotaSubject): Promise<QuotaReport["used"]> {
  if (number === EVERYBODY) return { bytes: 0, images: 0 };
  const row = await db
    .selectFrom("images")
    .where(kind === "user" ? "owner_uid" : "owner_gid", "=", number)
    .where("status", "in", ["READY", "QUARANTINED"])
    .select((eb) => [eb.fn.countAll().as("images"), eb.fn.sum("bytes").as("bytes")])
    .executeTakeFirstOrThrow();
  return { bytes: Number(row.bytes ?? 0), images: Number(row.images) };
}

function numberOrNull(value: number | null): number | null {
  return value === null ? null : Number(value);
}
