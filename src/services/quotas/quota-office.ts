// How much people and groups may have, and have. A stack counts for its owner and for its group.

import { defineErrors, hasCode } from "../../base/errors.ts";
import type { StackSpec } from "../../recipe/stack/types.ts";
import type { Amounts, QuotasConfig } from "../../site/services/quotas.ts";
import type { ServiceQuotaRow } from "../../store/schema-ports-quotas.ts";
import type { Store } from "../../store/store.ts";
import type { Page, PageChoice, QuotaCheck, StackFilter } from "../stacks/types.ts";
import { add, amountsOf, type Counted, excess, NOTHING, unlimited } from "./amounts.ts";

const fail = defineErrors({
  E_QUOTA_OVER: {
    text: "{subject} would have {wanted}; {allowed} are allowed",
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

export type Subject = { readonly kind: "user" | "group"; readonly name: string };

/** What somebody may have and has. */
export interface Quota {
  readonly subject: Subject;
  readonly limits: Amounts;
  readonly used: Counted;
}

export interface Quotas {
  /** For a stack that is to be deployed. @throws E_QUOTA_OVER, E_QUOTA_UNLIMITED */
  readonly check: QuotaCheck;
  /** For one more secret. @throws E_QUOTA_OVER */
  checkSecret(owner: { readonly uid: number; readonly user: string }): Promise<void>;
  report(subject: Subject, uid?: number): Promise<Quota>;
  /** Gives limits of his own; undefined: the site's count again. */
  set(subject: Subject, limits: Amounts | undefined, by: string): Promise<void>;
  /** Who has limits of his own. */
  exceptions(): Promise<readonly Subject[]>;
}

export interface QuotaParts {
  readonly store: Store;
  readonly config: () => QuotasConfig;
  readonly stacks: {
    list(filter?: StackFilter, page?: PageChoice): Promise<Page<{ readonly name: string }>>;
    spec(name: string): Promise<StackSpec>;
  };
  /** Secrets of one person. */
  readonly secretsOf: (uid: number) => Promise<number>;
}

/** Limits over the records. */
export function quotaOffice(parts: QuotaParts): Quotas {
  const { store, secretsOf } = parts;
  const limitsOf = (subject: Subject) => findLimits(parts, subject);
  return {
    async check({ stack, owner, group, spec }) {
      const groups: readonly Subject[] = group === undefined ? [] : [{ kind: "group", name: group }];
      for (const subject of [{ kind: "user", name: owner } as const, ...groups]) {
        const limits = await limitsOf(subject);
        if (Object.values(limits).every((limit) => limit === undefined)) continue;
        const open = unlimited(spec, limits);
        if (open.length > 0) throw fail("E_QUOTA_UNLIMITED", { services: open.join(", "), subject: wordsFor(subject) });
        refuseExcess(subject, add(await usedBy(parts, subject, stack), amountsOf(spec)), limits);
      }
    },
    async checkSecret({ uid, user }) {
      const subject = { kind: "user", name: user } as const;
      refuseExcess(subject, { ...NOTHING, secrets: (await secretsOf(uid)) + 1 }, await limitsOf(subject));
    },
    async report(subject, uid) {
      const used = await usedBy(parts, subject, undefined);
      const secrets = uid === undefined ? 0 : await secretsOf(uid);
      return { subject, limits: await limitsOf(subject), used: { ...used, secrets } };
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

async function findLimits({ store, config }: QuotaParts, { kind, name }: Subject): Promise<Amounts> {
  const own = store.db
    .selectFrom("service_quotas")
    .select("limits")
    .where("kind", "=", kind)
    .where("subject", "=", name);
  const row = await own.executeTakeFirst();
  return row ? (JSON.parse(row.limits) as Amounts) : config()[kind];
}

async function usedBy({ stacks }: QuotaParts, { kind, name }: Subject, without: string | undefined): Promise<Counted> {
  const filter: StackFilter = kind === "user" ? { owner: name } : { tag: `group:${name}` };
  let used = NOTHING;
  let after: string | undefined;
  do {
    const page = await stacks.list(filter, { limit: 1000, after });
    for (const { name: stack } of page.items) {
      if (stack !== without) used = add(used, await amountsOfStack(stacks, stack));
    }
    after = page.next;
  } while (after !== undefined);
  return used;
}

async function amountsOfStack(stacks: QuotaParts["stacks"], stack: string): Promise<Counted> {
  try {
    return amountsOf(await stacks.spec(stack));
  } catch (error) {
    // Removed since it was listed.
    if (hasCode(error, "E_STACK_NONE")) return NOTHING;
    throw error;
  }
}

function refuseExcess(subject: Subject, wanted: Counted, limits: Amounts): void {
  const over = excess(wanted, limits);
  if (over.length === 0) return;
  const list = (of: "wanted" | "allowed") => over.map((one) => one[of]).join(", ");
  throw fail("E_QUOTA_OVER", { subject: wordsFor(subject), wanted: list("wanted"), allowed: list("allowed") });
}

function wordsFor({ kind, name }: Subject): string {
  return kind === "user" ? name : `the group ${name}`;
}
