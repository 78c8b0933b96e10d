// What all commands about services share: the flags that say which server and in which form, the server opened and closed
// around the work, and how answers are printed.

import type { Command } from "commander";
import { defineErrors } from "../../base/errors.ts";
import type { Gateways } from "../../gateway/client/gateways.ts";
import { findClientConfig } from "../../site/client-config.ts";
import type { ClientConfig } from "../../site/server-config.ts";
import { addFlags, readFlags } from "../command-flags.ts";
import type { Context } from "../context.ts";
import type { FlagSpec, FlagValues } from "../flags.ts";
import { openSiteGateways } from "../gateway/open.ts";
import { print } from "../output.ts";

export const fail = defineErrors({
  E_SERVICES_SERVER: { text: "{text} is no address of a server", hint: "write http://HOST:PORT", exit: 1 },
  E_SERVICES_NUMBER: { text: "{text} is no {what}", hint: "{hint}", exit: 1 },
  E_SERVICES_BOTH: { text: "{one} and {other} contradict each other", hint: "say one of them", exit: 1 },
  E_SERVICES_WHICH: { text: "{text} names no service", hint: "write STACK/SERVICE", exit: 1 },
});

const COMMON = [
  {
    long: "server",
    kind: "text",
    value: "url",
    env: [],
    help: "the server that runs the services; the site's unless said (also: BERTH_GATEWAY)",
  },
  { long: "json", kind: "switch", env: [], help: "as JSON" },
] as const satisfies readonly FlagSpec[];

/** What a command works with. */
export interface ServicesCall {
  readonly context: Context;
  readonly config: ClientConfig;
  readonly server: Gateways;
  /** For every call of the client. */
  readonly options: { readonly signal: AbortSignal };
  readonly json: boolean;
  /** Prints an answer: as JSON when that is wanted, else as `words` has it. */
  answer(value: unknown, words: () => string): void;
}

/** Gives a command its flags and its work. */
export function acting<const T extends readonly FlagSpec[]>(
  command: Command,
  context: Context,
  flags: T,
  act: (call: ServicesCall, flags: FlagValues<T>, operands: readonly string[]) => Promise<void>,
): Command {
  const table = [...flags, ...COMMON] as const;
  addFlags(command, table);
  return command.action(async () => {
    const values = readFlags(command, table, context.env) as FlagValues<T> & FlagValues<typeof COMMON>;
    const config = await configOf(context, values.server);
    const server = openSiteGateways(context, config, { logins: new Map(), optional: true });
    const { signal } = context;
    const { json } = values;
    const answer: ServicesCall["answer"] = (value, words) =>
      print(json ? `${JSON.stringify(value, null, 2)}\n` : plain(words()));
    try {
      await act({ context, config, server, options: { signal }, json, answer }, values, command.args);
    } finally {
      await server.close();
    }
  });
}

async function configOf({ env }: Context, server: string | undefined): Promise<ClientConfig> {
  if (server === undefined) return findClientConfig(env);
  if (!/^https?:\/\//.test(server) || !URL.canParse(server)) throw fail("E_SERVICES_SERVER", { text: server });
  // What else the configuration says counts all the same; the environment names the server for it.
  return findClientConfig({ ...env, BERTH_GATEWAY: server });
}

/** Text of others for a terminal: no control characters but the ends of lines and tabs. */
export function plain(text: string): string {
  return text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, "?");
}

/** The parts of `STACK/SERVICE`. @throws E_SERVICES_WHICH */
export function serviceIn(text: string): { readonly stack: string; readonly service: string } {
  const [stack, service, ...rest] = text.split("/");
  if (!stack || !service || rest.length > 0) throw fail("E_SERVICES_WHICH", { text });
  return { stack, service };
}

/** A whole number of a flag; undefined stays so. @throws E_SERVICES_NUMBER */
export function numberIn(text: string | undefined, what: string): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw fail("E_SERVICES_NUMBER", { text, what, hint: "write digits" });
  return Number(text);
}

/** How long ago, in one unit; a dash for never. */
export function ago(seconds: number | undefined, now = Date.now() / 1000): string {
  if (seconds === undefined) return "-";
  const passed = Math.max(0, now - seconds);
  const [size, unit] =
    passed < 120 ? [1, "s"] : passed < 7200 ? [60, "m"] : passed < 172_800 ? [3600, "h"] : [86_400, "d"];
  return `${Math.floor(passed / Number(size))}${unit}`;
}
