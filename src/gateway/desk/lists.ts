// Lists of readers as they are asked for.

import { distinct } from "../catalog/access.ts";
import { fail } from "../errors.ts";
import type { AclChange } from "../types.ts";

// The runtime that reads `.meta` gives up at more (spec/shifter.md 5.9); owner and pullers need room too.
const MAX_IDS = 900;
const MAX_ID = 2 ** 32 - 2;

/** Lists with the ids of those who asked for them. */
export interface Lists {
  readonly users: readonly number[];
  readonly groups: readonly number[];
}

/** The lists, when every id of them can be one. @throws E_GATEWAY_ACL */
export function checkedLists(acl: AclChange): AclChange {
  return { users: checkedList("users", acl.users), groups: checkedList("groups", acl.groups) };
}

/**
 * The lists of a pull: those given plus the caller's own number, which no empty list gets (spec/shifter.md 1.5, point 4;
 * case 103).
 */
export function requestedLists(acl: AclChange, who: { readonly uid: number; readonly gid: number }): Lists {
  const { users = [], groups = [] } = checkedLists(acl);
  return {
    users: users.length > 0 ? distinct([...users, who.uid]) : [],
    groups: groups.length > 0 ? distinct([...groups, who.gid]) : [],
  };
}

/** Whether a list that was asked for is another than there is; as sets. An empty one asks for nothing. */
export function listsDiffer(wanted: Lists, there: Lists): boolean {
  const differ = (a: readonly number[], b: readonly number[]) => a.length > 0 && `${distinct(a)}` !== `${distinct(b)}`;
  return differ(wanted.users, there.users) || differ(wanted.groups, there.groups);
}

function checkedList(kind: string, ids: readonly number[] | undefined): readonly number[] | undefined {
  if (!ids) return undefined;
  const because = (why: string) => fail("E_GATEWAY_ACL", { kind, why, limit: MAX_IDS });
  const wrong = ids.find((id) => !Number.isInteger(id) || id < 0 || id > MAX_ID);
  if (wrong !== undefined) throw because(`${wrong} is no id`);
  const list = distinct(ids);
  if (list.length > MAX_IDS) throw because(`it has ${list.length} ids`);
  return list;
}
