// `berth stack logs` and `berth service logs`: what containers said, once or as it comes; and a search over services.

import { Command } from "commander";
import * as api from "../../services/client/api.ts";
import type { LogLine, Problem } from "../../services/client/api-types.ts";
import { parseDuration } from "../../site/units.ts";
import type { Context } from "../context.ts";
import type { FlagSpec, FlagValues } from "../flags.ts";
import { print } from "../output.ts";
import { acting, fail, numberIn, plain, type ServicesCall, serviceIn } from "./call.ts";

const FLAGS = [
  { long: "follow", kind: "switch", env: [], help: "go on with what comes" },
  { long: "tail", short: "n", kind: "text", value: "number", env: [], help: "only the last lines of each container" },
  { long: "since", kind: "text", value: "time", env: [], help: "only of the last 10m, 2h, 3d" },
  { long: "stderr", kind: "switch", env: [], help: "only standard error" },
  { long: "stdout", kind: "switch", env: [], help: "only standard output" },
  { long: "timestamps", short: "t", kind: "switch", env: [], help: "with the time of each line" },
] as const satisfies readonly FlagSpec[];
type Flags = FlagValues<typeof FLAGS>;

export function logsCommand(context: Context): Command {
  const command = new Command("logs")
    .summary("show what the containers of a stack say")
    .argument("<stack>", "its name")
    .argument("[service]", "only of this one");
  return acting(command, context, FLAGS, (call, flags, [stack = "", service]) => show(call, flags, stack, service));
}

export function serviceLogsCommand(context: Context): Command {
  const command = new Command("logs").summary("show what a service says").argument("<stack/service>", "which one");
  return acting(command, context, FLAGS, (call, flags, [text = ""]) => {
    const { stack, service } = serviceIn(text);
    return show(call, flags, stack, service);
  });
}

async function show(call: ServicesCall, flags: Flags, stack: string, service: string | undefined): Promise<void> {
  const { follow, tail, since, stderr, stdout, timestamps } = flags;
  const stream = stderr === stdout ? undefined : stderr ? "stderr" : "stdout";
  const input = { stack, service, stream, tail: numberIn(tail, "number of lines"), since: sinceOf(since) } as const;
  const one = service !== undefined;
  if (!follow) {
    const { items, cut } = await api.readLogs(call.server, input, call.options);
    for (const line of items) tell(call, line, { one, timestamps });
    if (cut) call.context.log.warn("there is more: ask for less with --since or --tail");
    return;
  }
  for await (const { event, data } of api.followLogs(call.server, input, call.options)) {
    if (event === "problem") throw new Error((JSON.parse(data) as Problem).detail);
    if (event === "line") tell(call, JSON.parse(data) as LogLine, { one, timestamps });
  }
}

const SEARCH_FLAGS = [
  { long: "stack", kind: "text", value: "name", env: [], help: "only in this stack" },
  { long: "service", kind: "text", value: "name", env: [], help: "only in services of this name" },
  { long: "since", kind: "text", value: "time", env: [], help: "only of the last 10m, 2h, 3d" },
] as const satisfies readonly FlagSpec[];

export function searchCommand(context: Context): Command {
  const command = new Command("search").summary("search the logs of all your services").argument("<text>", "what for");
  return acting(command, context, SEARCH_FLAGS, async (call, { stack, service, since }, [text = ""]) => {
    const input = { text, stack, service, since: sinceOf(since) };
    const { items, cut } = await api.searchLogs(call.server, input, call.options);
    for (const line of items) tell(call, line, { one: false, timestamps: true });
    if (cut) call.context.log.warn("there is more: ask for less with --since or --stack");
  });
}

function sinceOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = parseDuration(text);
  if (ms === undefined) throw fail("E_SERVICES_NUMBER", { text, what: "time", hint: "write it as in 10m, 2h or 3d" });
  return Date.now() / 1000 - ms / 1000;
}

// Containers say what they like.
function tell(
  { json }: ServicesCall,
  line: LogLine,
  { one, timestamps }: { readonly one: boolean; readonly timestamps: boolean },
): void {
  if (json) {
    print(`${JSON.stringify(line)}\n`);
    return;
  }
  const when = timestamps ? `${new Date(line.at * 1000).toISOString()} ` : "";
  const who = one ? "" : `${line.service}.${line.slot} | `;
  print(`${when}${who}${plain(line.line)}\n`);
}
