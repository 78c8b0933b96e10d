// What the stacks of somebody keep for themselves, read within a transaction: what counts, and what is being deployed.

import type { Kysely } from "kysely";
import type { StackSpec } from "../../recipe/stack/types.ts";
import type { Tables } from "../../store/schema.ts";
import { withWills } from "./desired.ts";
import { readWillsOf } from "./stack-records.ts";

/** So many specs are in memory at a time. */
const PAGE = 200;

/** A person or a group that stacks belong to. */
export interface Holder {
  readonly kind: "user" | "group";
  readonly name: string;
}

/** A stack with what it may become: the spec that counts, the one that is being deployed, neither. */
export interface Holding {
  readonly stack: string;
  readonly specs: readonly StackSpec[];
}

/** The stacks of a holder, among them those that are about to become his. */
export async function* holdingsOf(db: Kysely<Tables>, holder: Holder): AsyncGenerator<Holding> {
  const begun = await begunDeployments(db);
  const mine = new Map([...begun].filter(([, one]) => holderOf(one, holder.kind) === holder.name));
  for (let after: string | undefined = ""; after !== undefined; ) {
    const rows: Awaited<ReturnType<typeof countingPage>> = await countingPage(db, holder, after);
    const wills = await readWillsOf(
      db,
      rows.map(({ name }) => name),
    );
    for (const { name, spec } of rows) {
      const counting = spec === null ? [] : [JSON.parse(spec) as StackSpec];
      const coming = begun.get(name);
      mine.delete(name);
      const specs = [...counting, ...(coming ? [coming.spec] : [])];
      yield { stack: name, specs: specs.map((one) => withWills(one, wills.get(name) ?? new Map())) };
    }
    after = rows.length < PAGE ? undefined : rows.at(-1)?.name;
  }
  for (const [stack, { spec }] of mine) yield { stack, specs: [spec] };
}

interface Begun {
  readonly spec: StackSpec;
  readonly by: string;
}

function holderOf({ spec, by }: Begun, kind: Holder["kind"]): string | undefined {
  return kind === "user" ? (spec.tags["owner"] ?? by) : spec.tags["group"];
}

/** Deployments under way, by stack. */
async function begunDeployments(db: Kysely<Tables>): Promise<ReadonlyMap<string, Begun>> {
  const rows = await db
    .selectFrom("stack_operations as o")
    .innerJoin("deployments as d", "d.id", "o.id")
    .select(["d.stack", "d.spec", "d.by_user"])
    .where("o.holds", "is not", null)
    .execute();
  return new Map(rows.map(({ stack, spec, by_user }) => [stack, { spec: JSON.parse(spec), by: by_user }]));
}

function countingPage(db: Kysely<Tables>, { kind, name }: Holder, after: string) {
  return db
    .selectFrom("stacks as s")
    .leftJoin("deployments as d", "d.id", "s.deployment")
    .select(["s.name", "d.spec"])
    .where(kind === "user" ? "s.owner" : "s.group_name", "=", name)
    .where("s.name", ">", after)
    .orderBy("s.name")
    .limit(PAGE)
    .execute();
}
