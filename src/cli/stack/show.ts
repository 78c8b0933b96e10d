// `berth stack list|show|history|events|export|rules` and `berth service list|show`: what there is, for people and programs.

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import { Command } from "commander";
import { defineErrors, reasonOf } from "../../base/errors.ts";
import * as api from "../../services/client/api.ts";
import type { Deployment, Service, Stack, StackEvent, StackSummary } from "../../services/client/api-types.ts";
import type { Context } from "../context.ts";
import type { FlagSpec } from "../flags.ts";
import { shortTime } from "../gateway/call.ts";
import { print } from "../output.ts";
import { table } from "../table.ts";
import { acting, ago, plain, type ServicesCall, serviceIn } from "./call.ts";

const fail = defineErrors({
  E_EXPORT_WRITE: { text: "{path} cannot be written: {why}", hint: "name another folder by --output", exit: 1 },
});

const LIST_FLAGS = [
  { long: "mine", kind: "switch", env: [], help: "only those that you may operate" },
  { long: "attention", kind: "switch", env: [], help: "only those that failed, are degraded, or wait to be confirmed" },
  { long: "owner", kind: "text", value: "user", env: [], help: "only of this person" },
  { long: "match", kind: "text", value: "text", env: [], help: "only with this in name or title" },
] as const satisfies readonly FlagSpec[];

export function listCommand(context: Context): Command {
  const command = new Command("list").alias("ls").summary("list stacks");
  return acting(command, context, LIST_FLAGS, async (call, { mine, attention, owner, match }) => {
    const items: StackSummary[] = [];
    const filter = { owner, match, ...(mine ? { mine } : {}), ...(attention ? { attention } : {}) };
    for (let after: string | undefined; ; ) {
      const page = await api.listStacks(call.server, { ...filter, limit: 1000, after }, call.options);
      items.push(...page.items);
      if (page.next === undefined) break;
      after = page.next;
    }
    const rows = items.map(({ name, state, services, running, asleep, owner: by, group, updatedAt, routes }) => {
      const sleeping = asleep === 0 ? "" : `, ${asleep} asleep`;
      return [name, state, `${running}/${services}${sleeping}`, by, group ?? "-", ago(updatedAt), routes[0] ?? "-"];
    });
    const head = ["STACK", "STATE", "RUNNING", "OWNER", "GROUP", "CHANGED", "ROUTE"];
    call.answer(items, () => (rows.length === 0 ? "" : table(head, rows)));
  });
}

export function showCommand(context: Context): Command {
  const command = new Command("show").summary("show a stack and its services").argument("<stack>", "its name");
  return acting(command, context, [], async (call, _flags, [stack = ""]) => {
    const found = await api.showStack(call.server, { stack }, call.options);
    call.answer(found, () => stackText(found));
  });
}

function stackText(stack: Stack): string {
  const { name, title, state, reason, owner, group, tags, services } = stack;
  const lines = [
    title === name ? name : `${name}: ${title}`,
    `  state: ${state}${reason === undefined ? "" : ` (${reason})`}`,
    `  owner: ${owner}${group === undefined ? "" : `, group: ${group}`}`,
    `  tags: ${
      Object.entries(tags)
        .map(([key, value]) => `${key}:${value}`)
        .join(" ") || "none"
    }`,
  ];
  return `${lines.join("\n")}\n\n${servicesText(services)}`;
}

function servicesText(services: readonly Service[]): string {
  const rows = services.map(({ name, state, reason, containers, wanted, image, digest, idle, routes, ports }) => {
    const up = containers.filter(({ status }) => status === "running").length;
    const way = routes[0] ?? (ports[0] ? `${ports[0].host}->${ports[0].container}/${ports[0].protocol}` : "-");
    const words = reason ?? (idle ? `${idle.activity}: ${idle.because}` : "");
    return [name, state, `${up}/${wanted}`, `${image}@${digest.replace("sha256:", "").slice(0, 12)}`, way, words];
  });
  return table(["SERVICE", "STATE", "UP", "IMAGE", "WAY", "WHY"], rows);
}

export function serviceListCommand(context: Context): Command {
  const command = new Command("list")
    .alias("ls")
    .summary("list the services of a stack")
    .argument("<stack>", "its name");
  return acting(command, context, [], async (call, _flags, [stack = ""]) => {
    const { services } = await api.showStack(call.server, { stack }, call.options);
    call.answer(services, () => servicesText(services));
  });
}

export function serviceShowCommand(context: Context): Command {
  const command = new Command("show")
    .summary("show a service and its containers")
    .argument("<stack/service>", "which one");
  return acting(command, context, [], async (call, _flags, [text = ""]) => {
    const service = await api.showService(call.server, serviceIn(text), call.options);
    const rows = service.containers.map(({ slot, id, status, health, startedAt, restarts, error }) => {
      return [String(slot), id.slice(0, 12), status, health, ago(startedAt), String(restarts), error || "-"];
    });
    const head = ["SLOT", "CONTAINER", "STATUS", "HEALTH", "STARTED", "RESTARTS", "ERROR"];
    call.answer(service, () => `${servicesText([service])}\n${table(head, rows)}`);
  });
}

export function historyCommand(context: Context): Command {
  const command = new Command("history").summary("list the deployments of a stack").argument("<stack>", "its name");
  return acting(command, context, [], async (call, _flags, [stack = ""]) => {
    const { items } = await api.listDeployments(call.server, { stack, limit: 100 }, call.options);
    const rows = items.map((one, index) => {
      const { number, id, kind, by, at, state, message } = one;
      return [String(number), kind, state, by, shortTime(at), id, newImages(one, items[index + 1]), message ?? "-"];
    });
    call.answer(items, () => table(["NUMBER", "KIND", "STATE", "BY", "AT", "ID", "NEW IMAGES", "MESSAGE"], rows));
  });
}

// Those that are not of the deployment before, by service, with the beginning of their digests.
function newImages({ images }: Deployment, before: Deployment | undefined): string {
  const digests = Object.entries(images).map(([service, image]) => [service, image?.digest ?? ""] as const);
  const changed = digests.filter(([service, digest]) => before?.images[service]?.digest !== digest);
  const words = changed.map(([service, digest]) => `${service}@${digest.replace("sha256:", "").slice(0, 12)}`);
  return words.length === 0 ? "-" : words.join(" ");
}

const EVENT_FLAGS = [
  { long: "follow", kind: "switch", env: [], help: "go on with what happens" },
] as const satisfies readonly FlagSpec[];

export function eventsCommand(context: Context): Command {
  const command = new Command("events")
    .summary("show what happened to a stack; without a name, what happens to all of yours")
    .argument("[stack]", "its name");
  return acting(command, context, EVENT_FLAGS, async (call, { follow }, [stack]) => {
    if (stack !== undefined) {
      const { items } = await api.listStackEvents(call.server, { stack, limit: 100 }, call.options);
      if (!follow) return call.answer(items, () => items.toReversed().map(eventText).join(""));
      for (const event of items.toReversed()) tell(call, event);
      return followed(call, api.followStackEvents(call.server, { stack, after: items[0]?.id ?? 0 }, call.options));
    }
    return followed(call, api.followEvents(call.server, {}, call.options));
  });
}

async function followed(call: ServicesCall, events: ReturnType<typeof api.followEvents>): Promise<void> {
  for await (const { event, data } of events) if (event === "event") tell(call, JSON.parse(data) as StackEvent);
}

function tell({ json }: ServicesCall, event: StackEvent): void {
  print(json ? `${JSON.stringify(event)}\n` : plain(eventText(event)));
}

function eventText({ at, stack, service, kind, by, message }: StackEvent): string {
  const what = service === undefined ? stack : `${stack}/${service}`;
  return `${shortTime(at)}  ${what}  ${kind}: ${message}${by === undefined ? "" : ` (${by})`}\n`;
}

const EXPORT_FLAGS = [
  {
    long: "output",
    short: "o",
    kind: "text",
    value: "folder",
    env: [],
    help: "write the files there, not to the terminal",
  },
] as const satisfies readonly FlagSpec[];

export function exportCommand(context: Context): Command {
  const command = new Command("export")
    .summary("write a recipe that gives the same stack again, images pinned")
    .argument("<stack>", "its name");
  return acting(command, context, EXPORT_FLAGS, async (call, { output }, [stack = ""]) => {
    const made = await api.exportStack(call.server, { stack }, call.options);
    if (output !== undefined) for (const { name, text } of made.files) write(resolve(output), name, text);
    // Files, to be read by programs: byte for byte.
    if (call.json) call.answer(made, () => "");
    else if (output === undefined) print(made.files.map(({ text }) => text).join("---\n"));
  });
}

// Names come from the server: none of them leaves the folder.
function write(folder: string, name: string, text: string): void {
  const path = join(folder, name);
  try {
    if (!path.startsWith(folder + sep)) throw new Error("it is not below the folder");
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { flag: "wx" });
  } catch (cause) {
    throw fail("E_EXPORT_WRITE", { path, why: reasonOf(cause) }, { cause });
  }
}
