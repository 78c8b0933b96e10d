// `berth secret`: secrets of services. A value comes from standard input or a file, never from the command line, where
// everybody on the machine could read it; and none ever comes back.

import { readFileSync, statSync } from "node:fs";
import type { Readable } from "node:stream";
import { Command } from "commander";
import { defineErrors, errnoOf, reasonOf } from "../base/errors.ts";
import {
  exchangeSecretKey,
  listSecrets,
  makeSecret,
  removeSecret,
  rotateSecret,
  showSecret,
} from "../services/client/api.ts";
import type { Secret } from "../services/client/api-types.ts";
import type { Context } from "./context.ts";
import type { FlagSpec } from "./flags.ts";
import { shortTime } from "./gateway/call.ts";
import { promptLine } from "./secret-input.ts";
import { acting } from "./stack/call.ts";
import { table } from "./table.ts";

const fail = defineErrors({
  E_SECRET_FILE: { text: "{path} cannot be read: {why}", exit: 1 },
  E_SECRET_LONG: { text: "the value has more than {limit} bytes", exit: 1 },
  E_SECRET_NOTHING: {
    text: "there is no value",
    hint: "write it to standard input, or name a file by --file",
    exit: 1,
  },
});

const LIMIT = 500_000;

const VALUE = {
  long: "file",
  short: "f",
  kind: "text",
  value: "file",
  env: [],
  help: "file with the value, taken as it is; standard input unless said",
} as const satisfies FlagSpec;

/** `berth secret`. */
export function secretCommand(context: Context): Command {
  const command = new Command("secret").description(
    "Keep secrets of services: files under /run/secrets that no image, recipe or log holds. They are named STACK.FILE or SERVICE.STACK.FILE.",
  );
  for (const part of [createCommand, listCommand, showCommand, rotateCommand, removeCommand, exchangeKeyCommand])
    command.addCommand(part(context));
  return command;
}

function createCommand(context: Context): Command {
  const command = new Command("create")
    .summary("keep a secret; its value comes from standard input or a file")
    .argument("<name>", "STACK.FILE or SERVICE.STACK.FILE");
  const flags = [
    VALUE,
    { long: "description", kind: "text", value: "text", env: [], help: "what it is; owner:YOU is put before it" },
  ] as const satisfies readonly FlagSpec[];
  return acting(command, context, flags, async (call, { file, description = "" }, [name = ""]) => {
    const value = (await readValue(file, context.signal)).toString("base64");
    const whose = /\bowner:/.test(description) ? description : `owner:${context.user.name} ${description}`.trim();
    const secret = await makeSecret(call.server, { name, description: whose, value }, call.options);
    call.answer(secret, () => `${name} is kept\n`);
  });
}

function listCommand(context: Context): Command {
  const command = new Command("list").alias("ls").summary("list secrets that you may use");
  return acting(command, context, [], async (call) => {
    const { items } = await listSecrets(call.server, call.options);
    const rows = items.map((secret) => [secret.name, secret.owner, shortTime(secret.rotatedAt), usesOf(secret)]);
    call.answer(items, () => (rows.length === 0 ? "" : table(["NAME", "OWNER", "SINCE", "USED BY"], rows)));
  });
}

function showCommand(context: Context): Command {
  const command = new Command("show").summary("show a secret, without its value").argument("<name>", "its name");
  return acting(command, context, [], async (call, _flags, [name = ""]) => {
    const secret = await showSecret(call.server, { name }, call.options);
    const lines = [
      secret.name,
      `  ${secret.description}`,
      `  owner ${secret.owner}, ${secret.bytes} bytes, version ${secret.version}`,
      `  made ${shortTime(secret.createdAt)} by ${secret.createdBy}`,
      `  value of ${shortTime(secret.rotatedAt)} by ${secret.rotatedBy}`,
      `  used by ${usesOf(secret)}`,
    ];
    call.answer(secret, () => `${lines.join("\n")}\n`);
  });
}

function rotateCommand(context: Context): Command {
  const command = new Command("rotate")
    .summary("give a secret a new value, and restart what uses it")
    .argument("<name>", "its name");
  const flags = [
    VALUE,
    { long: "no-restart", kind: "switch", env: [], help: "services get it with their next restart" },
  ] as const satisfies readonly FlagSpec[];
  return acting(command, context, flags, async (call, { file, ...values }, [name = ""]) => {
    const value = (await readValue(file, context.signal)).toString("base64");
    const restart = !values["no-restart"];
    const done = await rotateSecret(call.server, { name }, { value, restart }, call.options);
    const restarted = done.restarted.map(({ stack, service }) => `${stack}/${service} restarts\n`).join("");
    call.answer(done, () => `${name} has a new value\n${restarted}`);
  });
}

function removeCommand(context: Context): Command {
  const command = new Command("rm")
    .alias("remove")
    .summary("forget a secret that nothing uses")
    .argument("<name>", "its name");
  return acting(command, context, [], async (call, _flags, [name = ""]) => {
    await removeSecret(call.server, { name }, call.options);
    call.answer({ removed: name }, () => `${name} is forgotten\n`);
  });
}

function exchangeKeyCommand(context: Context): Command {
  const command = new Command("exchange-key").summary(
    "close all secrets of the site with a new key, and forget the old ones (operators)",
  );
  return acting(command, context, [], async (call) => {
    const exchanged = await exchangeSecretKey(call.server, call.options);
    call.answer(exchanged, () => `${exchanged.secrets} secrets are closed with a new key\n`);
  });
}

function usesOf({ usedBy }: Secret): string {
  return usedBy.map(({ stack, service }) => `${stack}/${service}`).join(" ") || "-";
}

async function readValue(file: string | undefined, signal: AbortSignal): Promise<Buffer> {
  const value = file === undefined ? await readInput(signal) : readFileValue(file);
  if (value.length === 0) throw fail("E_SECRET_NOTHING");
  return value;
}

function readFileValue(path: string): Buffer {
  try {
    if (statSync(path).size > LIMIT) throw fail("E_SECRET_LONG", { limit: LIMIT });
    return readFileSync(path);
  } catch (cause) {
    if (errnoOf(cause) === undefined) throw cause;
    throw fail("E_SECRET_FILE", { path, why: reasonOf(cause) }, { cause });
  }
}

async function readInput(signal: AbortSignal): Promise<Buffer> {
  const input: Readable & { readonly isTTY?: boolean } = process.stdin;
  if (input.isTTY) return Buffer.from(await promptLine("value: ", { hidden: true, signal }));
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of input) {
    length += (chunk as Buffer).length;
    if (length > LIMIT) throw fail("E_SECRET_LONG", { limit: LIMIT });
    chunks.push(chunk as Buffer);
  }
  // `echo word | berth secret create` means the word.
  const value = Buffer.concat(chunks);
  return value.at(-1) === 10 && value.indexOf(10) === value.length - 1 ? value.subarray(0, -1) : value;
}
