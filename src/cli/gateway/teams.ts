// `berth gateway team list|show|set|rm`: the people who own namespaces of the site's registry together.

import { Command } from "commander";
import { defineErrors } from "../../base/errors.ts";
import { listNamespaces, listTeams, removeTeam, saveTeam } from "../../gateway/client/api.ts";
import type { Team } from "../../gateway/client/api-types.ts";
import type { Context } from "../context.ts";
import type { FlagSpec } from "../flags.ts";
import { table } from "../table.ts";
import { acting, type Call } from "./call.ts";

const fail = defineErrors({
  E_GATEWAY_NO_TEAM: { text: "there is no team {name}", hint: "berth gateway team list shows them", exit: 1 },
  E_GATEWAY_MEMBER: {
    text: "{text} does not say who is to be what",
    hint: "write NAME, NAME=write or NAME=admin",
    exit: 1,
  },
});

const NAME = ["<name>", "the team's name"] as const;

const SET_FLAGS = [
  {
    long: "directory-group",
    kind: "text",
    value: "name",
    env: [],
    help: "group whose members may write; none: no one",
  },
  { long: "member", kind: "list", value: "name[=role]", env: [], help: "somebody in it: write (unless said) or admin" },
  { long: "drop", kind: "list", value: "name", env: [], help: "somebody in it no more" },
] as const satisfies readonly FlagSpec[];

export function teamCommand(context: Context): Command {
  return new Command("team")
    .summary("list, show, make, change and remove teams of the site's registry")
    .description(
      "Teams own namespaces of the site's registry: a group of the directory, people listed by name, or both.",
    )
    .addCommand(listCommand(context))
    .addCommand(showCommand(context))
    .addCommand(setCommand(context))
    .addCommand(removeCommand(context));
}

function listCommand(context: Context): Command {
  return acting(new Command("list").summary("list the teams"), context, [], async (call) => {
    const { items } = await listTeams(call.gateways, call.options);
    const rows = items.map(({ name, group, members }) => [name, group ?? "-", membersText(members)]);
    call.answer(items, () => (rows.length === 0 ? "" : table(["TEAM", "GROUP", "MEMBERS"], rows)));
  });
}

function showCommand(context: Context): Command {
  const command = new Command("show").summary("show a team and what it owns").argument(...NAME);
  return acting(command, context, [], async (call, _flags, [name = ""]) => {
    const team = await teamNamed(call, name);
    if (!team) throw fail("E_GATEWAY_NO_TEAM", { name });
    const { items } = await listNamespaces(call.gateways, call.options);
    const owned = items.filter((one) => one.team === name).map((one) => one.name);
    call.answer({ ...team, namespaces: owned }, () =>
      [
        `team        ${team.name}`,
        `group       ${team.group ?? "-"}`,
        `members     ${membersText(team.members)}`,
        `namespaces  ${owned.join(", ") || "-"}\n`,
      ].join("\n"),
    );
  });
}

function setCommand(context: Context): Command {
  const command = new Command("set")
    .summary("make or change a team (administrators; its own for its members)")
    .description("What is not said stays as it is.")
    .argument(...NAME);
  return acting(command, context, SET_FLAGS, async (call, flags, [name = ""]) => {
    const before = await teamNamed(call, name);
    const members = new Map(Object.entries(before?.members ?? {}));
    for (const text of flags.member) members.set(...memberOf(text));
    for (const gone of flags.drop) members.delete(gone);
    const group = flags["directory-group"] ?? before?.group;
    const wish = {
      members: Object.fromEntries(members),
      ...(group === undefined || group === "none" ? {} : { group }),
    };
    await saveTeam(call.gateways, { team: name }, wish, call.options);
    call.answer({ name, ...wish }, () => "");
  });
}

function removeCommand(context: Context): Command {
  const command = new Command("rm").summary("remove a team that owns nothing (administrators)").argument(...NAME);
  return acting(command, context, [], async (call, _flags, [name = ""]) => {
    await removeTeam(call.gateways, { team: name }, call.options);
    call.answer({ removed: name }, () => "");
  });
}

async function teamNamed(call: Call, name: string): Promise<Team | undefined> {
  return (await listTeams(call.gateways, call.options)).items.find((team) => team.name === name);
}

function memberOf(text: string): [string, "write" | "admin"] {
  const [, name, role = "write"] = /^([^\s=]+)(?:=(write|admin))?$/.exec(text) ?? [];
  if (name === undefined) throw fail("E_GATEWAY_MEMBER", { text });
  return [name, role === "admin" ? "admin" : "write"];
}

function membersText(members: Team["members"]): string {
  return (
    Object.entries(members)
      .map(([name, role]) => (role === "admin" ? `${name} (admin)` : name))
      .join(", ") || "-"
  );
}
