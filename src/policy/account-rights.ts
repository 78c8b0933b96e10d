// Whose numbers a service may run as: the owner's own, those of collaboration accounts that he may act as, and his groups'.

import type { PersonFacts, StackFacts } from "./facts.ts";

/** The known account with this number. */
export function accountOf(uid: number, { people, actor }: StackFacts): PersonFacts | undefined {
  for (const person of people?.values() ?? []) if (person?.uid === uid) return person;
  return actor?.uid === uid ? actor : undefined;
}

/** True when the account's name says that it belongs to a group of people. */
export function isCollaboration(name: string, pattern: string): boolean {
  return new RegExp(pattern).test(name);
}

/** True when the person may run programs as this account: it is his own, or a collaboration account of his. */
export function mayRunAs(person: PersonFacts, uid: number, account: PersonFacts | undefined, pattern: string): boolean {
  if (uid === person.uid) return true;
  if (account === undefined || !isCollaboration(account.name, pattern)) return false;
  if (person.mayActAs !== undefined) return person.mayActAs.includes(account.name);
  // Without a list, being in the account's own group (its name, or the part behind the prefix) has to do.
  const own = [account.name, account.name.replace(new RegExp(pattern), "")];
  return person.groups.some(({ name }) => own.includes(name));
}
