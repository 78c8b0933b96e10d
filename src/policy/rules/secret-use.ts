// Secrets in containers: SEC-04 to SEC-06, SEC-09.

import { parseSecretName } from "../names.ts";
import { rule, unknown } from "../rule.ts";
import { tagOf } from "../tags.ts";

const ADDING = "Spin: Adding Secret to Container";

export const SECRET_TARGET = rule({
  id: "SEC-04",
  title: "A secret is attached under the file part of its name",
  on: "secret-use",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "Set As Name to {file} (the secret {store} would be {target})",
  hint: "set target: {file}",
  why: "The program then finds its file under a name that does not change with stack or service.",
  source: ADDING,
  check: ({ use, store, policy, facts }) => {
    const parts = store === undefined ? undefined : parseSecretName(store, { ...policy, stacks: facts.stacks });
    if (!parts) return undefined;
    const name = use.target.slice(use.target.lastIndexOf("/") + 1);
    return name === parts.file ? undefined : { at: "/target", fields: { file: parts.file, store, target: use.target } };
  },
  passes: [{ shows: "target mysql_password", ...use({ target: "/run/secrets/mysql_password" }) }],
  fails: [
    {
      shows: "target web.rover.mysql_password",
      ...use({ target: "/run/secrets/web.rover.mysql_password" }),
      expect: { pointer: "/services/web/secrets/0/target", says: "Set As Name to mysql_password" },
    },
  ],
});

export const SECRET_READER = rule({
  id: "SEC-05",
  title: "A secret's file belongs to the service's user",
  on: "secret-use",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "{service} runs as {uid} and cannot read {target}, which belongs to {owner}",
  hint: "set uid: '{uid}', or leave it out: the file then belongs to the service's user",
  why: "A file that only its owner reads must belong to the one who needs it.",
  source: ADDING,
  check: ({ use, of: { runAs } }) => {
    if (use.uid === undefined) return undefined;
    const owner = Number(use.uid);
    if (runAs.uid === undefined) return unknown("as whom the service runs was not looked up", "/uid");
    return owner === runAs.uid
      ? undefined
      : { at: "/uid", fields: { uid: runAs.uid, owner: use.uid, target: use.target } };
  },
  passes: [
    { shows: "1000 and user: 1000", ...use({ uid: "1000" }) },
    { shows: "left out", ...use({ uid: undefined }) },
  ],
  fails: [
    { shows: "uid 0, user 1000", ...use({ uid: "0" }), expect: { says: "web runs as 1000" } },
    { shows: "no number", ...use({ uid: "fred" }) },
  ],
});

export const SECRET_MODE = rule({
  id: "SEC-06",
  title: "Only its owner reads a secret's file",
  on: "secret-use",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "Mode {mode} lets others read the secret {target} in {service}",
  hint: "set mode: 0400, or leave it out",
  why: "Another program in the container, perhaps one that was broken into, has no business with it.",
  source: ADDING,
  check: ({ use: { mode, target } }) =>
    mode !== undefined && (mode & 0o077) !== 0
      ? { at: "/mode", fields: { mode: mode.toString(8).padStart(4, "0"), target } }
      : undefined,
  passes: [
    { shows: "0400", ...use({ mode: 0o400 }) },
    { shows: "left out", ...use({ mode: undefined }) },
  ],
  fails: [
    { shows: "0444", ...use({ mode: 0o444 }), expect: { says: "Mode 0444" } },
    { shows: "0440", ...use({ mode: 0o440 }) },
  ],
});

export const SECRET_RIGHT = rule({
  id: "SEC-09",
  title: "A stack is given only secrets that its owner may use",
  on: "secret-use",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "There is no secret {store} that {owner} may use",
  hint: "store it first: berth secret create {store}; or ask its owner",
  why: "A name is easily guessed: whoever names a secret must have a right to it.",
  source: "ours",
  unknown: "error",
  cases: {
    other: {
      severity: "warning",
      message: "The secret {store} is named after the stack {other}, not after {stack}",
      hint: "store one for this stack, so that each can be changed by itself",
    },
    lent: {
      message: "The secret {store} is named after the stack {other}; only {owner} can give it to {stack}",
      hint: "let {owner} deploy this, or use a secret of {stack}",
    },
  },
  check: ({ store, of: { spec }, facts, policy }) => {
    if (store === undefined) return undefined;
    if (facts.secrets === undefined) return unknown("nobody said which secrets the owner may use", "/name");
    const owner = tagOf(spec.tags, "owner") ?? "the owner";
    if (!facts.secrets.has(store)) return { at: "/name", fields: { store, owner } };
    const other = parseSecretName(store, { ...policy, stacks: facts.stacks })?.stack;
    if (other === undefined || other === spec.name) return undefined;
    const { actor } = facts;
    // In a recipe of his own, a member of the group could read what the owner has never put here.
    const lent = facts.stacks?.get(spec.name)?.secrets?.includes(store) === true;
    const trusted = lent || actor?.name === owner || actor?.role === "admin";
    return trusted
      ? { case: "other", at: "/name", fields: { store, other } }
      : { case: "lent", at: "/name", fields: { store, other, owner } };
  },
  passes: [{ shows: "web.rover.mysql_password", ...use({}) }],
  fails: [
    { shows: "db.mars.mysql_password, which is elvis'", ...use({}, "db.mars.mysql_password") },
    {
      shows: "his own, of another stack",
      ...use({}, "db.mars.x"),
      facts: { secrets: new Map([["db.mars.x", { description: "owner:fred" }]]) },
      expect: { case: "other", severity: "warning" },
    },
    {
      shows: "the owner's, of another stack, in a recipe of a member of his group",
      ...use({}, "db.mars.x"),
      facts: {
        secrets: new Map([["db.mars.x", { description: "owner:fred" }]]),
        actor: { name: "barney", uid: 3000, groups: [{ name: "csg", gid: 125 }], staff: false },
      },
      expect: { case: "lent", severity: "error" },
    },
    {
      shows: "not looked up",
      ...use({}),
      facts: { secrets: undefined },
      expect: { certainty: "unknown", severity: "error" },
    },
  ],
});

function use(
  change: { target?: string; uid?: string | undefined; mode?: number | undefined },
  store = "web.rover.mysql_password",
) {
  const target = "/run/secrets/mysql_password";
  return {
    service: { secrets: [{ name: "mysql_password", target, ...change }] },
    stack: { secrets: [{ name: "mysql_password", store }] },
  };
}
