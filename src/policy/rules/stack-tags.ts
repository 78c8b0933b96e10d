// Who answers for a stack: STK-01 to STK-04.

import { rule, unknown } from "../rule.ts";
import type { StackSubject } from "../subjects.ts";
import { tagOf } from "../tags.ts";

const SOURCE = "Spin: Stack Tags";

export const STACK_OWNER = rule({
  id: "STK-01",
  title: "A stack has an owner",
  on: "stack",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "Stack {stack} needs the tag owner:<user>",
  hint: "add x-berth: tags: {owner: YOUR-ACCOUNT}",
  why: "Somebody has to be asked when a stack misbehaves, and rights follow from the owner.",
  source: SOURCE,
  cases: {
    nobody: {
      message: "The owner {name} of stack {stack} is no account of the site",
      hint: "name the account of a person",
    },
  },
  unknown: "error",
  check: ({ spec, facts }) => personTag(spec.tags, "owner", facts),
  passes: [{ shows: "owner:fred" }],
  fails: [
    { shows: "none", stack: { tags: {} }, expect: { says: "Stack rover needs the tag owner" } },
    { shows: "empty", stack: { tags: { owner: " " } } },
    {
      shows: "owner:nobody-here",
      stack: { tags: { owner: "nobody-here" } },
      expect: { case: "nobody", pointer: "/tags/owner" },
    },
    { shows: "accounts not known", facts: { people: undefined }, expect: { certainty: "unknown", severity: "error" } },
  ],
});

export const STACK_STAFF_OWNER = rule({
  id: "STK-02",
  title: "A member of staff knows the stack",
  on: "stack",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "Stack {stack} needs staff-owner:<user>",
  hint: "ask the staff who helped you whom to name",
  why: "At night, staff look for the colleague who knows the stack.",
  source: SOURCE,
  cases: {
    nobody: { message: "The staff-owner {name} of stack {stack} is no account of the site" },
    guest: { message: "The staff-owner {name} of stack {stack} is not on the staff" },
  },
  unknown: "warning",
  check: ({ spec, facts }) => {
    const hit = personTag(spec.tags, "staff-owner", facts);
    if (hit) return hit;
    const name = tagOf(spec.tags, "staff-owner") ?? "";
    return facts.people?.get(name)?.staff === false
      ? { case: "guest", at: "/tags/staff-owner", fields: { name } }
      : undefined;
  },
  passes: [{ shows: "staff-owner:wilma" }],
  fails: [
    { shows: "none", stack: { tags: { owner: "fred" } } },
    {
      shows: "somebody who is not staff",
      stack: { tags: { owner: "fred", "staff-owner": "fred" } },
      expect: { case: "guest" },
    },
    { shows: "no account", stack: { tags: { "staff-owner": "betty0" } }, expect: { case: "nobody" } },
  ],
});

export const STACK_GROUP = rule({
  id: "STK-03",
  title: "A group can look after the stack",
  on: "stack",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "Without group: only {owner} can upgrade or restart {stack}",
  hint: "add the tag group:<one of your groups>",
  why: "Owners are on holiday when services break.",
  source: SOURCE,
  cases: {
    nobody: { message: "The group {name} of stack {stack} is not in the directory" },
    stranger: { severity: "error", message: "The owner {owner} of stack {stack} is not in the group {name}" },
  },
  check: (subject) => groupTag(subject, "group"),
  passes: [{ shows: "group:csg" }],
  fails: [
    { shows: "none", stack: { tags: { owner: "fred" } }, expect: { says: "only fred can" } },
    { shows: "no such group", stack: { tags: { owner: "fred", group: "nogroup" } }, expect: { case: "nobody" } },
    { shows: "a group of others", stack: { tags: { owner: "fred", group: "bio" } }, expect: { case: "stranger" } },
    { shows: "not looked up", stack: { tags: { owner: "fred", group: "chem" } }, expect: { certainty: "unknown" } },
  ],
});

export const STACK_STAFF_GROUP = rule({
  id: "STK-04",
  title: "A staff group knows the stack",
  on: "stack",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "Say which staff group knows stack {stack}",
  hint: "add the tag staff-group:<group>",
  why: "Members of staff change; their group stays.",
  source: SOURCE,
  cases: { nobody: { message: "The staff-group {name} of stack {stack} is not in the directory" } },
  check: (subject) => groupTag(subject, "staff-group"),
  passes: [{ shows: "staff-group:isg" }],
  fails: [
    { shows: "none", stack: { tags: { owner: "fred" } } },
    { shows: "no such group", stack: { tags: { "staff-group": "nogroup" } }, expect: { case: "nobody" } },
  ],
});

function personTag(tags: StackSubject["spec"]["tags"], key: string, { people }: StackSubject["facts"]) {
  const name = tagOf(tags, key);
  if (name === undefined) return { at: key in tags ? `/tags/${key}` : undefined };
  const person = people?.get(name);
  if (person === undefined) return unknown(`nobody looked up the account ${name}`, `/tags/${key}`);
  return person === null ? { case: "nobody", at: `/tags/${key}`, fields: { name } } : undefined;
}

function groupTag({ spec, facts, services }: StackSubject, key: "group" | "staff-group") {
  const owner = tagOf(spec.tags, "owner") ?? "the owner";
  const name = tagOf(spec.tags, key);
  if (name === undefined) return { fields: { owner } };
  const at = `/tags/${key}`;
  const group = facts.groups?.get(name);
  if (group === undefined) return unknown(`nobody looked up the group ${name}`, at);
  if (group === null) return { case: "nobody", at, fields: { name } };
  if (key === "staff-group") return undefined;
  const person = services[0]?.owner ?? facts.people?.get(owner);
  if (!person) return unknown(`nobody looked up the groups of ${owner}`, at);
  const member = group.members?.includes(owner) || person.groups.some((one) => one.name === name);
  return member ? undefined : { case: "stranger", at, fields: { name, owner } };
}
