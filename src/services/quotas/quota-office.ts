// How much people and groups may have, and have. A stack counts for its owner and for its group. What is decided here is
// decided within the transaction that takes what was free, one after the other for everybody who is limited.

import type { Kysely, Transaction } from "kysely";
import { defineErrors } from "../../base/errors.ts";
import type { Amounts, QuotasConfig } from "../../site/services/quotas.ts";
import { lockName } from "../../store/name-lock.ts";
import type { Tables } from "../../store/schema.ts";
import type { ServiceQuotaRow } from "../../store/schema-ports-quotas.ts";
import type { Store } from "../../store/store.ts";
import { secretNames, secretsOwned } from "../secrets/secret-counts.ts";
import { type Holder, holdingsOf } from "../stacks/holdings.ts";
import type { QuotaCheck } from "../stacks/types.ts";
import { add, amountsOf, amountsOfAny, type Counted, excess, NOTHING, unlimited } from "./amounts.ts";

const fail = defineErrors({
  E_QUOTA_OVER: {
    text: "{subject} would have {wanted}; the limit is {allowed}",
    hint: "stop using something first (see: berth stack list), or ask the site's staff for more",
    http: 403,
    exit: 1,
  },
  E_QUOTA_UNLIMITED: {
    text: "{services} say no limit of memory or CPU, which {subject} has a limit of",
    hint: "add deploy.resources.limits with memory and cpus",
    http: 422,
    exit: 1,
  },
});

export type Subject = Holder;

/** What somebody may have and has. */
export interface Quota {
  readonly subject: Subject;
  readonly limits: Amounts;
  readonly used: Counted;
}

export interface Quotas {
  /** For a stack that is to be deployed or scaled, before that is recorded. @throws E_QUOTA_OVER, E_QUOTA_UNLIMITED */
  readonly check: QuotaCheck;
  /**
   * For a secret that was just written; it counts for its owner, and for the group of the stack that its name belongs to.
   *
   * @throws E_QUOTA_OVER
   */
  checkSecret(trx: Transaction<Tables>, secret: NamedSecret): Promise<void>;
  report(subject: Subject, uid?: number): Promise<Quota>;
  /** Gives limits of his own; undefined: the site's count again. */
  set(subject: Subject, limits: Amounts | undefined, by: string): Promise<void>;
  /** Who has limits of his own. */
  exceptions(): Promise<readonly Subject[]>;
}

/** A secret and whose it is. */
export interface NamedSecret {
  readonly name: string;
  readonly owner: { readonly uid: number; readonly user: string };
}

export interface QuotaParts {
  readonly store: Store;
  readonly config: () => QuotasConfig;
}

/** Limits over the records. */
export function quotaOffice(parts: QuotaParts): Quotas {
  const { store } = parts;
  return {
    check: (trx, request) => checkStack(parts, trx, request),
    checkSecret: (trx, secret) => checkSecret(parts, trx, secret),
    async report(subject, uid) {
      const { stacks, all } = await usedBy(store.db, subject);
      const ofPerson = async () => (uid === undefined ? 0 : await secretsOwned(store.db, uid));
      const secrets = subject.kind === "group" ? await secretsOfStacks(store.db, stacks) : await ofPerson();
      return { subject, limits: await limitsOf(parts, store.db, subject), used: { ...all, secrets } };
    },
    async set({ kind, name }, limits, by) {
      const own = store.db.deleteFrom("service_quotas").where("kind", "=", kind).where("subject", "=", name);
      if (limits === undefined) return void (await own.execute());
      const row: ServiceQuotaRow = {
        kind,
        subject: name,
        limits: JSON.stringify(limits),
        by_user: by,
        at: store.now(),
      };
      const { subject: _subject, kind: _kind, ...changed } = row;
      const insert = store.db.insertInto("service_quotas").values(row);
      await insert.onConflict((conflict) => conflict.columns(["kind", "subject"]).doUpdateSet(changed)).execute();
    },
    async exceptions() {
      const rows = await store.db.selectFrom("service_quotas").select(["kind", "subject"]).orderBy("subject").execute();
      return rows.map(({ kind, subject }) => ({ kind: kind === "group" ? "group" : "user", name: subject }));
    },
  };
}

async function checkStack(
  parts: QuotaParts,
  trx: Transaction<Tables>,
  { stack, owner, group, spec }: Parameters<QuotaCheck>[1],
): Promise<void> {
  const wanted = amountsOf(spec);
  // Groups before people, everywhere: two who wait for each other's lock would wait for ever.
  const groups: readonly Subject[] = group === undefined ? [] : [{ kind: "group", name: group }];
  for (const subject of [...groups, { kind: "user", name: owner } as const]) {
    const limits = await limitsOf(parts, trx, subject);
    if (Object.values(limits).every((limit) => limit === undefined)) continue;
    const open = unlimited(spec, limits);
    if (open.length > 0) throw fail("E_QUOTA_UNLIMITED", { services: open.join(", "), subject: wordsFor(subject) });
    await lockSubject(parts, trx, subject);
    const { others, own } = await usedBy(trx, subject, stack);
    refuseExcess(subject, { whole: add(others, wanted), wanted, own }, limits);
  }
}

async function checkSecret(parts: QuotaParts, trx: Transaction<Tables>, { name, owner }: NamedSecret): Promise<void> {
  const one = { ...NOTHING, secrets: 1 };
  const check = async (subject: Subject, count: () => Promise<number>) => {
    const limits = await limitsOf(parts, trx, subject);
    if (limits.secrets === undefined) return;
    await lockSubject(parts, trx, subject);
    refuseExcess(subject, { whole: { ...NOTHING, secrets: await count() }, wanted: one, own: NOTHING }, limits);
  };
  for (const group of await groupsOfSecret(trx, name)) {
    await check({ kind: "group", name: group }, async () => {
      const { stacks } = await usedBy(trx, { kind: "group", name: group });
      return secretsOfStacks(trx, stacks);
    });
  }
  await check({ kind: "user", name: owner.user }, () => secretsOwned(trx, owner.uid));
}

function lockSubject({ store }: QuotaParts, trx: Transaction<Tables>, { kind, name }: Subject): Promise<void> {
  return lockName(trx, store.kind, `berth quota ${kind} ${name}`);
}

async function limitsOf({ config }: QuotaParts, db: Kysely<Tables>, { kind, name }: Subject): Promise<Amounts> {
  const own = db.selectFrom("service_quotas").select("limits").where("kind", "=", kind).where("subject", "=", name);
  const row = await own.executeTakeFirst();
  return row ? (JSON.parse(row.limits) as Amounts) : config()[kind];
}

interface Used {
  readonly all: Counted;
  /** Of the stack that was asked about, and of all but it. */
  readonly own: Counted;
  readonly others: Counted;
  /** Names. */
  readonly stacks: ReadonlySet<string>;
}

async function usedBy(db: Kysely<Tables>, subject: Subject, stack?: string): Promise<Used> {
  let own = NOTHING;
  let others = NOTHING;
  const stacks = new Set<string>();
  for await (const { stack: name, specs } of holdingsOf(db, subject)) {
    const amounts = amountsOfAny(specs);
    stacks.add(name);
    if (name === stack) own = amounts;
    else others = add(others, amounts);
  }
  return { own, others, stacks, all: add(own, others) };
}

// `STACK.FILE` or `SERVICE.STACK.FILE`: which of both is known when the stack is.
function stacksNamed(secret: string): readonly string[] {
  return secret.split(".").slice(0, 2);
}

// In one order everywhere, as locks must be.
async function groupsOfSecret(db: Kysely<Tables>, secret: string): Promise<readonly string[]> {
  const rows = await db
    .selectFrom("stacks")
    .select("group_name")
    .distinct()
    .where("name", "in", stacksNamed(secret))
    .execute();
  return rows.flatMap(({ group_name: group }) => (group === null ? [] : [group])).sort();
}

async function secretsOfStacks(db: Kysely<Tables>, stacks: ReadonlySet<string>): Promise<number> {
  return (await secretNames(db)).filter((name) => stacksNamed(name).some((stack) => stacks.has(stack))).length;
}

interface Growth {
  /** What the subject would have altogether. */
  readonly whole: Counted;
  /** What the stack or secret would have, and has. */
  readonly wanted: Counted;
  readonly own: Counted;
}

// Who has too much already, since limits were lowered, may keep it and have less: only what grows is refused.
function refuseExcess(subject: Subject, { whole, wanted, own }: Growth, limits: Amounts): void {
  const over = excess(whole, limits).filter(({ kind }) => wanted[kind] > own[kind]);
  if (over.length === 0) return;
  const list = (of: "wanted" | "allowed") => over.map((one) => one[of]).join(", ");
  throw fail("E_QUOTA_OVER", { subject: wordsFor(subject), wanted: list("wanted"), allowed: list("allowed") });
}

function wordsFor({ kind, name }: Subject): string {
  return kind === "user" ? name : `the group ${name}`;
}
