// Whose a stack is, said in SQL because pages must come out full. The stacks are `s`.

import { type RawBuilder, sql } from "kysely";
import type { StackFilter } from "./types.ts";

/** True for stacks of this person or these groups. */
export function seenBy({ user, groups }: NonNullable<StackFilter["eyes"]>): RawBuilder<boolean> {
  const own = sql<boolean>`s.owner = ${user} or s.staff_owner = ${user}`;
  if (groups.length === 0) return sql<boolean>`(${own})`;
  const names = sql.join(groups);
  return sql<boolean>`(${own} or s.group_name in (${names}) or s.staff_group in (${names}))`;
}
