// What all commands of `berth gateway` share: the flags that say which system and in which form, the gateways opened and
// closed around the work, and how answers are printed.

import type { Command } from "commander";
import { defineErrors } from "../../base/errors.ts";
import { listSystems } from "../../gateway/client/api.ts";
import type { Gateways } from "../../gateway/client/gateways.ts";
import { findClientConfig } from "../../site/client-config.ts";
import type { ClientConfig } from "../../site/server-config.ts";
import { addFlags, readFlags } from "../command-flags.ts";
import type { Context } from "../context.ts";
import type { FlagSpec, FlagValues } from "../flags.ts";
import { print } from "../output.ts";
import { keptLogins } from "../shifterimg/desk.ts";
import { readImageArgument } from "../shifterimg/image-argument.ts";
import { openSiteGateways } from "./open.ts";

const fail = defineErrors({
  E_GATEWAY_WHICH_SYSTEM: {
    text: "nothing says which of the systems {systems} is meant",
    hint: "say so by --system NAME, or set BERTH_SYSTEM",
    exit: 1,
  },
});

export const SYSTEM_FLAG = {
  long: "system",
  short: "S",
  kind: "text",
  value: "name",
  env: ["SYSTEM"],
  help: "the system whose images are meant",
} as const satisfies FlagSpec;

export const JSON_FLAG = { long: "json", kind: "switch", env: [], help: "as JSON" } as const satisfies FlagSpec;

/** The flags that every command has. */
export const COMMON = [SYSTEM_FLAG, JSON_FLAG] as const satisfies readonly FlagSpec[];

/** What a command works with. */
export interface Call {
  readonly context: Context;
  readonly config: ClientConfig;
  readonly gateways: Gateways;
  /** For every call of the client. */
  readonly options: { readonly signal: AbortSignal };
  readonly json: boolean;
  /** The system that the flag names; undefined: the gateway's default. */
  readonly named: string | undefined;
  /** The system that is meant. @throws E_GATEWAY_WHICH_SYSTEM */
  system(): Promise<string>;
  /** An image as people write it. @throws E_SHIFTERIMG_IMAGE */
  image(text: string): Promise<{ readonly system: string; readonly itype: string; readonly tag: string }>;
  /** Prints an answer: as JSON when that is wanted, else as `words` has it. */
  answer(value: unknown, words: () => string): void;
}

type CommonFlags = FlagValues<typeof COMMON>;

/** Gives a command its flags and its work. */
export function acting<const T extends readonly FlagSpec[]>(
  command: Command,
  context: Context,
  flags: T,
  act: (call: Call, flags: FlagValues<T>, operands: readonly string[]) => Promise<void>,
): Command {
  const table = [...flags, ...COMMON] as const;
  addFlags(command, table);
  return command.action(async () => {
    const values = readFlags(command, table, context.env) as FlagValues<T> & CommonFlags;
    await withCall(context, values, (call) => act(call, values, command.args));
  });
}

async function withCall(context: Context, flags: CommonFlags, act: (call: Call) => Promise<void>): Promise<void> {
  const config = await findClientConfig(context.env);
  const named = flags.system ?? config.system;
  const logins = named === undefined ? new Map() : await keptLogins(context, config, named);
  const gateways = openSiteGateways(context, config, { logins, optional: true });
  try {
    await act(makeCall(context, config, gateways, { named, json: flags.json }));
  } finally {
    await gateways.close();
  }
}

function makeCall(
  context: Context,
  config: ClientConfig,
  gateways: Gateways,
  { named, json }: { readonly named: string | undefined; readonly json: boolean },
): Call {
  const { signal } = context;
  let meant: Promise<string> | undefined;
  const system = () => {
    meant ??= named === undefined ? defaultSystem(gateways, signal) : Promise.resolve(named);
    return meant;
  };
  return {
    context,
    config,
    gateways,
    options: { signal },
    json,
    named,
    system,
    async image(text) {
      const { type, tag } = readImageArgument(text, config.imageType);
      return { system: await system(), itype: type, tag };
    },
    answer: (value, words) => print(json ? `${JSON.stringify(value, null, 2)}\n` : words()),
  };
}

async function defaultSystem(gateways: Gateways, signal: AbortSignal): Promise<string> {
  const { items } = await listSystems(gateways, { signal });
  const [only] = items;
  const found = items.find((item) => item.default) ?? (items.length === 1 ? only : undefined);
  if (!found) throw fail("E_GATEWAY_WHICH_SYSTEM", { systems: items.map(({ name }) => name).join(", ") });
  return found.name;
}

/** `2026-01-31 12:00`, in the machine's time; a dash for never. */
export function shortTime(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined) return "-";
  const date = new Date(seconds * 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** The names or ids of a list with commas; undefined stays so. */
export function listOf(text: string | undefined): readonly (string | number)[] | undefined {
  if (text === undefined) return undefined;
  const words = text.split(",").map((word) => word.trim());
  return words.filter((word) => word !== "").map((word) => (/^\d+$/.test(word) ? Number(word) : word));
}
