// Whose stack it is: OWN-01, OWN-02.

import { mayOperate } from "../ownership.ts";
import { rule, unknown } from "../rule.ts";
import type { OperationInput, OperationSubject } from "../subjects.ts";

const ROVER = { owner: "fred", "staff-owner": "wilma", group: "csg", "staff-group": "isg" };
const WHY = "Without it everybody could stop, read and change what others run.";

export const OWN_STACK = rule({
  id: "OWN-01",
  title: "Only its owner, his group and staff change a stack",
  on: "operation",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "you don't own stack {stack}",
  hint: "ask {owner}, or a member of its group; only the owner and staff change tags and remove stacks",
  why: WHY,
  source: "Spin: Security Audit",
  unknown: "error",
  check: (subject) => (isOfService(subject.operation) ? undefined : refusal(subject)),
  passes: [
    { shows: "fred upgrades rover", operation: { action: "upgrade", tags: ROVER } },
    { shows: "fred removes rover", operation: { action: "down", tags: ROVER } },
    { shows: "a member of csg upgrades rover", operation: { action: "upgrade", tags: { ...ROVER, owner: "wilma" } } },
    {
      shows: "an operator",
      operation: { action: "down", tags: { owner: "elvis" } },
      facts: { actor: actor("operator") },
    },
  ],
  fails: [
    {
      shows: "elvis' stack",
      operation: { stack: "NotMyStack", action: "upgrade", tags: { owner: "elvis" } },
      expect: { says: "you don't own stack NotMyStack" },
    },
    { shows: "a member of csg removes it", operation: { action: "down", tags: { ...ROVER, owner: "wilma" } } },
    { shows: "a member of csg changes its tags", operation: { action: "tag", tags: { ...ROVER, owner: "wilma" } } },
    { shows: "a new stack in another's name", operation: { action: "up", tags: { owner: "elvis", group: "csg" } } },
    { shows: "a stack without tags", operation: { action: "upgrade", tags: {} } },
    {
      shows: "a staff-owner who is not staff",
      operation: { action: "upgrade", tags: { owner: "elvis", "staff-owner": "fred" } },
    },
    { shows: "a viewer", operation: { action: "upgrade", tags: ROVER }, facts: { actor: actor("viewer") } },
    {
      shows: "a stack that was not looked up",
      operation: { action: "up", tags: undefined },
      expect: { certainty: "unknown", severity: "error" },
    },
    {
      shows: "nobody signed in",
      operation: { action: "upgrade", tags: ROVER },
      facts: { actor: undefined },
      expect: { certainty: "unknown", severity: "error" },
    },
  ],
});

export const OWN_SERVICE = rule({
  id: "OWN-02",
  title: "Logs, shell, stop and restart of a service need the same right",
  on: "operation",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "you don't own stack {stack}",
  hint: "ask {owner}, or a member of its group",
  why: WHY,
  source: "Spin: User Interface",
  unknown: "error",
  check: (subject) => (isOfService(subject.operation) ? refusal(subject) : undefined),
  passes: [
    { shows: "fred reads the log of web", operation: { action: "logs", service: "web", tags: ROVER } },
    {
      shows: "a member of csg restarts web",
      operation: { action: "restart", service: "web", tags: { owner: "x", group: "csg" } },
    },
  ],
  fails: [
    { shows: "elvis' log", operation: { action: "logs", service: "web", tags: { owner: "elvis" } } },
    { shows: "a shell in elvis' service", operation: { action: "exec", service: "web", tags: { owner: "elvis" } } },
  ],
});

function isOfService({ service, action }: OperationInput): boolean {
  return service !== undefined || action === "logs" || action === "exec";
}

function refusal({ operation: { stack, tags, action }, facts: { actor } }: OperationSubject) {
  if (actor === undefined) return unknown("nobody said who asks");
  // A stack that seems to be new must not be somebody's that could not be looked up.
  if (tags === undefined) return unknown(`nobody looked up whose the stack ${stack} is`);
  return mayOperate(actor, action, tags)
    ? undefined
    : { fields: { stack, owner: tags["owner"] ?? "the site's staff" } };
}

function actor(role: "viewer" | "operator") {
  return { name: "fred", uid: 501, groups: [], staff: false, role };
}
