// `berth quota`: how much people and groups may have of services.

import { Command } from "commander";
import { defineErrors } from "../base/errors.ts";
import { formatSize, parseSize } from "../base/size.ts";
import { clearServiceQuota, listServiceQuotas, setServiceQuota } from "../services/client/api.ts";
import type { Amounts, ServiceQuota } from "../services/client/api-types.ts";
import type { Context } from "./context.ts";
import { acting } from "./stack/call.ts";
import { table } from "./table.ts";

const fail = defineErrors({
  E_QUOTA_SUBJECT: { text: "{text} is neither a person nor a group", hint: "write user:NAME or group:NAME", exit: 1 },
  E_QUOTA_AMOUNT: {
    text: "{text} is no limit",
    hint: "write stacks=N, services=N, memory=SIZE, cpus=N, ports=N or secrets=N",
    exit: 1,
  },
});

const KINDS = ["stacks", "services", "memory", "cpus", "ports", "secrets"] as const;

/** `berth quota`. */
export function quotaCommand(context: Context): Command {
  return new Command("quota")
    .description("Show how much people and groups may have of services; operators change it.")
    .addCommand(listCommand(context))
    .addCommand(setCommand(context))
    .addCommand(clearCommand(context));
}

function listCommand(context: Context): Command {
  const command = new Command("list")
    .alias("ls")
    .summary("list your quotas; operators: those who have limits of their own");
  return acting(command, context, [], async (call) => {
    const { items } = await listServiceQuotas(call.server, call.options);
    call.answer(items, () => (items.length === 0 ? "" : quotaTable(items)));
  });
}

function setCommand(context: Context): Command {
  const command = new Command("set")
    .summary("give a person or a group limits of its own")
    .description("Give a person or a group limits of its own. What is left out is unlimited.")
    .argument("<user:NAME|group:NAME>")
    .argument("<limit...>", "stacks=N services=N memory=SIZE cpus=N ports=N secrets=N");
  return acting(command, context, [], async (call, _flags, [subject = "", ...limits]) => {
    const body = readAmounts(limits);
    const quota = await setServiceQuota(call.server, readSubject(subject), body, call.options);
    call.answer(quota, () => quotaTable([quota]));
  });
}

function clearCommand(context: Context): Command {
  const command = new Command("clear")
    .summary("let the site's limits count again for a person or a group")
    .argument("<user:NAME|group:NAME>");
  return acting(command, context, [], async (call, _flags, [subject = ""]) => {
    const quota = await clearServiceQuota(call.server, readSubject(subject), call.options);
    call.answer(quota, () => quotaTable([quota]));
  });
}

function quotaTable(quotas: readonly ServiceQuota[]): string {
  const rows = quotas.map(({ kind, subject, limits, used }) => [
    `${kind}:${subject}`,
    ...KINDS.map((name) => `${amount(used, name) ?? "0"} of ${amount(limits, name) ?? "any"}`),
  ]);
  return table(["WHOSE", ...KINDS.map((name) => name.toUpperCase())], rows);
}

function amount(amounts: Amounts, kind: (typeof KINDS)[number]): string | undefined {
  if (kind !== "memory") return amounts[kind]?.toString();
  return amounts.memoryBytes === undefined ? undefined : formatSize(amounts.memoryBytes);
}

/** A person or a group as it is written on the command line. @throws E_QUOTA_SUBJECT */
export function readSubject(text: string): { readonly kind: "user" | "group"; readonly subject: string } {
  const [, kind, subject] = /^(user|group):(.+)$/.exec(text) ?? [];
  if (subject === undefined) throw fail("E_QUOTA_SUBJECT", { text });
  return { kind: kind === "group" ? "group" : "user", subject };
}

/** Limits as they are written on the command line. @throws E_QUOTA_AMOUNT */
export function readAmounts(words: readonly string[]): Amounts {
  const pairs = words.map((text): readonly [string, number] => {
    const [, kind = "", value = ""] = /^([a-z]+)=(.+)$/.exec(text) ?? [];
    const number = kind === "memory" ? sizeOf(value) : Number(value);
    const isCount = kind === "cpus" ? Number.isFinite(number) : Number.isInteger(number);
    if (!KINDS.some((known) => known === kind) || !isCount || number < 0) throw fail("E_QUOTA_AMOUNT", { text });
    return [kind === "memory" ? "memoryBytes" : kind, number];
  });
  return Object.fromEntries(pairs);
}

function sizeOf(text: string): number {
  try {
    return parseSize(text);
  } catch {
    return Number.NaN;
  }
}
