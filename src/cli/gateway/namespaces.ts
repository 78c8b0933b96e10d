// `berth gateway namespace list|show|set|rm`: who owns which names of the site's registry, who else may do what there, and
// which tags stay what they are.

import { Command } from "commander";
import { defineErrors } from "../../base/errors.ts";
import { listNamespaces, removeNamespace, saveNamespace } from "../../gateway/client/api.ts";
import type { Grant, Namespace, TagRule } from "../../gateway/client/api-types.ts";
import type { Context } from "../context.ts";
import type { FlagSpec } from "../flags.ts";
import { table } from "../table.ts";
import { acting, type Call } from "./call.ts";

const fail = defineErrors({
  E_GATEWAY_NO_NAMESPACE: {
    text: "nothing is said of a namespace {name}, or you may not view it",
    hint: "berth gateway namespace list shows those that you may view",
    exit: 1,
  },
  E_GATEWAY_GRANT: {
    text: "{text} does not say who may do what",
    hint: "write everyone=view, team:NAME=write or user:NAME=admin, with @REPOSITORY for one repository",
    exit: 1,
  },
  E_GATEWAY_TAG_RULE: {
    text: "{text} is no rule for tags",
    hint: "write PATTERN=immutable or PATTERN=moving (semver=immutable), with @REPOSITORY for one repository",
    exit: 1,
  },
});

const NAME = ["<name>", "the first part of its repositories' names, or users/NAME"] as const;
const ONE = "[@repository]";

const SET_FLAGS = [
  { long: "team", kind: "text", value: "name", env: [], help: "the team that owns it (administrators)" },
  {
    long: "grant",
    kind: "list",
    value: `who=role${ONE}`,
    env: [],
    help: "everyone, team:NAME or user:NAME: view, write, admin",
  },
  { long: "revoke", kind: "list", value: `who${ONE}`, env: [], help: "what was granted to them" },
  { long: "tag-rule", kind: "list", value: `pattern=kind${ONE}`, env: [], help: "tags that are immutable, or moving" },
  { long: "drop-tag-rule", kind: "list", value: `pattern${ONE}`, env: [], help: "the rule for these tags" },
] as const satisfies readonly FlagSpec[];

export function namespaceCommand(context: Context): Command {
  return new Command("namespace")
    .summary("list, show, make, change and remove namespaces of the site's registry")
    .description(
      "Every repository of the site's registry lies in a namespace. A team owns it, or one person (users/NAME).",
    )
    .addCommand(listCommand(context))
    .addCommand(showCommand(context))
    .addCommand(setCommand(context))
    .addCommand(removeCommand(context));
}

function listCommand(context: Context): Command {
  const command = new Command("list").summary("list the namespaces that you may view");
  return acting(command, context, [], async (call) => {
    const { items } = await listNamespaces(call.gateways, call.options);
    const rows = items.map(({ name, team, grants, tagRules }) => {
      return [name, team ?? "-", grants.map(grantText).join(" ") || "-", tagRules.map(ruleText).join(" ") || "-"];
    });
    call.answer(items, () => (rows.length === 0 ? "" : table(["NAMESPACE", "TEAM", "GRANTS", "TAG RULES"], rows)));
  });
}

function showCommand(context: Context): Command {
  const command = new Command("show").summary("show what is said of a namespace").argument(...NAME);
  return acting(command, context, [], async (call, _flags, [name = ""]) => {
    const found = await namespaceNamed(call, name);
    if (!found) throw fail("E_GATEWAY_NO_NAMESPACE", { name });
    call.answer(found, () => {
      const lines = [...found.grants.map((grant) => `grant      ${grantText(grant)}`)];
      lines.push(...found.tagRules.map((rule) => `tag rule   ${ruleText(rule)}`));
      return `${[`namespace  ${found.name}`, `team       ${found.team ?? "-"}`, ...lines].join("\n")}\n`;
    });
  });
}

function setCommand(context: Context): Command {
  const command = new Command("set")
    .summary("make or change a namespace (administrators; its owners but for the owner)")
    .description("What is not said stays as it is.")
    .argument(...NAME);
  return acting(command, context, SET_FLAGS, async (call, flags, [name = ""]) => {
    const before = await namespaceNamed(call, name);
    const grants = changed(before?.grants ?? [], flags.grant.map(grantOf), flags.revoke, whom);
    const tagRules = changed(before?.tagRules ?? [], flags["tag-rule"].map(ruleOf), flags["drop-tag-rule"], which);
    const team = flags.team ?? before?.team;
    const wish = { grants, tagRules, ...(team === undefined ? {} : { team }) };
    await saveNamespace(call.gateways, { name }, wish, call.options);
    call.answer({ name, ...wish }, () => "");
  });
}

function removeCommand(context: Context): Command {
  const command = new Command("rm")
    .summary("forget what was said of a namespace (administrators); its repositories stay")
    .argument(...NAME);
  return acting(command, context, [], async (call, _flags, [name = ""]) => {
    await removeNamespace(call.gateways, { name }, call.options);
    call.answer({ removed: name }, () => "");
  });
}

async function namespaceNamed(call: Call, name: string): Promise<Namespace | undefined> {
  return (await listNamespaces(call.gateways, call.options)).items.find((one) => one.name === name);
}

// What is said anew takes the place of what was said of the same.
function changed<T>(before: readonly T[], added: readonly T[], dropped: readonly string[], key: (one: T) => string) {
  const again = new Set([...added.map(key), ...dropped]);
  return [...before.filter((one) => !again.has(key(one))), ...added];
}

function at({ repository }: Pick<Grant, "repository">): string {
  return repository === undefined ? "" : `@${repository}`;
}

const whom = (grant: Grant) => `${grant.to}${at(grant)}`;
const which = (rule: TagRule) => `${rule.pattern}${at(rule)}`;
const grantText = (grant: Grant) => `${grant.to}=${grant.role}${at(grant)}`;
const ruleText = (rule: TagRule) => `${rule.pattern}=${rule.kind}${at(rule)}`;

function grantOf(text: string): Grant {
  const [, to, role, repository] =
    /^(everyone|(?:team|user):[^\s:=@]+)=(view|write|admin)(?:@(\S+))?$/.exec(text) ?? [];
  if (to === undefined) throw fail("E_GATEWAY_GRANT", { text });
  return { to, role: role as Grant["role"], ...(repository === undefined ? {} : { repository }) };
}

function ruleOf(text: string): TagRule {
  const [, pattern, kind, repository] = /^([\w.*?-]+)=(immutable|moving)(?:@(\S+))?$/.exec(text) ?? [];
  if (pattern === undefined) throw fail("E_GATEWAY_TAG_RULE", { text });
  return { pattern, kind: kind as TagRule["kind"], ...(repository === undefined ? {} : { repository }) };
}
