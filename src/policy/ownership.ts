// Who may do what to a stack: the owner and staff-owner everything; members of its groups what keeps it running; operators and
// administrators everything. Pure; who somebody is was found out before.

import type { PersonFacts } from "./facts.ts";
import type { Operation } from "./subjects.ts";
import { tagOf } from "./tags.ts";

// Changing tags would make somebody else the owner; removing a stack takes its data along.
const OWNERS_ONLY: readonly Operation[] = ["down", "tag", "up"];

/** True when the person may do this to a stack with these tags. A new stack's (`up`) are those that it is to have. */
export function mayOperate(person: PersonFacts, action: Operation, tags: Readonly<Record<string, string>>): boolean {
  if (person.role === "admin" || person.role === "operator") return true;
  if (person.role === "viewer") return false;
  if (person.name === tagOf(tags, "owner")) return true;
  // Everybody can write a tag; being on the staff cannot be written.
  if (person.staff && person.name === tagOf(tags, "staff-owner")) return true;
  if (OWNERS_ONLY.includes(action)) return false;
  const inGroup = (key: string) => person.groups.some(({ name }) => name === tagOf(tags, key));
  return inGroup("group") || (person.staff && inGroup("staff-group"));
}
