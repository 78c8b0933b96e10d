// The lists of an image as people write them, names and numbers, become the numbers that records have.

import type { AclChange } from "../../types.ts";
import { fail } from "../errors.ts";
import type { Directory } from "./parts.ts";

type Whom = string | number;

/** Lists with names in them. */
export interface WishedLists {
  readonly users?: readonly Whom[] | undefined;
  readonly groups?: readonly Whom[] | undefined;
}

// Questions to the directory at once: one wish must not make hundreds of them wait for everybody.
const AT_ONCE = 8;
const HIGHEST_ID = 0xfffffffe;

/** Looks the names up; a list that is left out stays out. @throws E_API_NO_NAMES with every name that is not known */
export async function numbersOf(directory: Directory, { users, groups }: WishedLists): Promise<AclChange> {
  const unknown: string[] = [];
  const uids = await resolved(users, async (name) => (await directory.accountNamed(name))?.uid, unknown);
  const gids = await resolved(groups, (name) => directory.groupNumber(name), unknown);
  if (unknown.length > 0) throw fail("E_API_NO_NAMES", { names: unknown.join(", ") });
  return { users: uids, groups: gids };
}

/** The number of one person or group. @throws E_API_NO_NAMES */
export async function numberOf(directory: Directory, kind: "user" | "group", whom: string): Promise<number> {
  const { users, groups } = await numbersOf(directory, kind === "user" ? { users: [whom] } : { groups: [whom] });
  const [number] = users ?? groups ?? [];
  if (number === undefined) throw fail("E_API_NO_NAMES", { names: whom });
  return number;
}

async function resolved(
  list: readonly Whom[] | undefined,
  ask: (name: string) => Promise<number | undefined>,
  unknown: string[],
): Promise<readonly number[] | undefined> {
  if (list === undefined) return undefined;
  const numbers = new Set<number>();
  for (let from = 0; from < list.length; from += AT_ONCE) {
    const some = list.slice(from, from + AT_ONCE);
    const found = await Promise.all(some.map((whom) => numberIn(whom) ?? ask(String(whom))));
    for (const [i, number] of found.entries()) {
      if (number === undefined) unknown.push(String(some[i]));
      else numbers.add(number);
    }
  }
  return [...numbers];
}

// Digits are a number, as in `chown`: names that look like one cannot be meant.
function numberIn(whom: Whom): number | undefined {
  if (typeof whom === "number") return whom;
  return /^\d{1,10}$/.test(whom) && Number(whom) <= HIGHEST_ID ? Number(whom) : undefined;
}
