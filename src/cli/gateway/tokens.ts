// `berth gateway token create|list|revoke`: what stands for a person where munge does not reach.

import { Command } from "commander";
import { defineErrors } from "../../base/errors.ts";
import { listTokens, makeToken, revokeToken } from "../../gateway/client/api.ts";
import { parseDuration } from "../../site/units.ts";
import type { Context } from "../context.ts";
import type { FlagSpec } from "../flags.ts";
import { table } from "../table.ts";
import { acting, shortTime } from "./call.ts";

const SCOPES = ["read", "pull", "manage", "admin"] as const;

const fail = defineErrors({
  E_GATEWAY_TOKEN_SCOPE: { text: "{text} is no scope of a token", hint: `choose of ${SCOPES.join(", ")}`, exit: 1 },
  E_GATEWAY_TOKEN_TIME: { text: "{text} is no time", hint: "write it as in 12h or 30d", exit: 1 },
});

const CREATE_FLAGS = [
  { long: "scope", kind: "text", value: "list", env: [], help: "read, pull, manage, admin; read,pull unless said" },
  { long: "for", kind: "text", value: "time", env: [], help: "how long it holds: 12h, 30d; for ever unless said" },
] as const satisfies readonly FlagSpec[];

export function tokenCommand(context: Context): Command {
  return new Command("token")
    .summary("make, list and revoke your tokens")
    .description("A token stands for you where munge does not reach: send it as BERTH_GATEWAY_TOKEN.")
    .addCommand(createCommand(context))
    .addCommand(listCommand(context))
    .addCommand(revokeCommand(context));
}

function createCommand(context: Context): Command {
  const command = new Command("create")
    .summary("make a token, whose secret is shown once")
    .argument("<name>", "what for");
  return acting(command, context, CREATE_FLAGS, async (call, flags, [name = ""]) => {
    const scopes = (flags.scope ?? "read,pull").split(",").map(scopeOf);
    const ms = flags.for === undefined ? undefined : parseDuration(flags.for);
    if (flags.for !== undefined && !ms) throw fail("E_GATEWAY_TOKEN_TIME", { text: flags.for });
    const made = await makeToken(call.gateways, { name, scopes, expiresIn: ms && ms / 1000 }, call.options);
    call.answer(made, () => `${made.secret}\n`);
  });
}

function scopeOf(text: string): (typeof SCOPES)[number] {
  const found = SCOPES.find((scope) => scope === text.trim());
  if (!found) throw fail("E_GATEWAY_TOKEN_SCOPE", { text });
  return found;
}

function listCommand(context: Context): Command {
  const command = new Command("list").summary("list your tokens");
  return acting(command, context, [], async (call) => {
    const { items } = await listTokens(call.gateways, call.options);
    const rows = items.map(({ id, name, scopes, expires, lastUse }) => {
      return [id, scopes.join(","), shortTime(expires), shortTime(lastUse), name];
    });
    call.answer(items, () => (rows.length === 0 ? "" : table(["ID", "SCOPES", "UNTIL", "USED", "NAME"], rows)));
  });
}

function revokeCommand(context: Context): Command {
  const command = new Command("revoke").summary("end a token").argument("<id>", "as the list shows it");
  return acting(command, context, [], async (call, _flags, [id = ""]) => {
    await revokeToken(call.gateways, { id }, call.options);
    call.answer({ revoked: id }, () => "");
  });
}
