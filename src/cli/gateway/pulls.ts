// `berth gateway pull|import|queue|cancel`: wishes for images, and how far they are.

import { Command } from "commander";
import { defineErrors } from "../../base/errors.ts";
import { formatSize } from "../../base/size.ts";
import { cancelPull, listPulls, requestImport, requestPull, showImage } from "../../gateway/client/api.ts";
import type { Image, Pull } from "../../gateway/client/api-types.ts";
import { followPull } from "../../gateway/client/follow.ts";
import type { Context } from "../context.ts";
import type { FlagSpec } from "../flags.ts";
import { importPath } from "../shifterimg/import-path.ts";
import { table } from "../table.ts";
import { acting, type Call, listOf, shortTime } from "./call.ts";
import { pullDisplay } from "./pull-display.ts";

const fail = defineErrors({
  E_GATEWAY_PULL_FAILED: { text: "{tag} could not be pulled: {why}", exit: 1 },
  E_GATEWAY_IMPORT_FAILED: { text: "{tag} could not be imported: {why}", exit: 1 },
  E_GATEWAY_FILE: { text: "{path} cannot be imported: {why}", hint: "name a file that the gateway sees too", exit: 1 },
});

const LISTS = [
  { long: "user", kind: "text", value: "list", env: [], help: "users who may read it: names or ids, with commas" },
  { long: "group", kind: "text", value: "list", env: [], help: "groups who may read it" },
] as const satisfies readonly FlagSpec[];

const NO_WAIT = { long: "no-wait", kind: "switch", env: [], help: "only ask for it" } as const satisfies FlagSpec;
const FORMAT = {
  long: "format",
  kind: "text",
  value: "format",
  env: [],
  help: "squashfs, sif, tar or oci; told from the file's name unless said",
} as const satisfies FlagSpec;

const NAME = ["<name>", "[TYPE:]NAME:TAG, or NAME@sha256:…"] as const;

export function pullCommand(context: Context): Command {
  const command = new Command("pull").summary("bring an image from its registry").argument(...NAME);
  return acting(command, context, [...LISTS, NO_WAIT], async (call, flags, [text = ""]) => {
    const wish = { ...(await call.image(text)), users: listOf(flags.user), groups: listOf(flags.group) };
    const { image, pull } = await requestPull(call.gateways, wish, call.options);
    if (image) return showReady(call, image);
    if (pull) await settle(call, pull, flags["no-wait"]);
  });
}

export function importCommand(context: Context): Command {
  const command = new Command("import")
    .summary("make an image of a file")
    .argument("<file>", "squashfs, SIF, tar or OCI archive, as the gateway sees it")
    .argument(...NAME);
  return acting(command, context, [...LISTS, FORMAT, NO_WAIT], async (call, flags, [file = "", text = ""]) => {
    const path = await importPath(file);
    const format = flags.format ?? formatOf(path);
    const lists = { users: listOf(flags.user), groups: listOf(flags.group) };
    const image = await call.image(text.includes(":") && /^(docker|custom):/.test(text) ? text : `custom:${text}`);
    await settle(
      call,
      await requestImport(call.gateways, { ...image, path, format, ...lists }, call.options),
      flags["no-wait"],
    );
  });
}

export function queueCommand(context: Context): Command {
  const command = new Command("queue").summary("list the pulls that have not ended");
  return acting(command, context, [], async (call) => {
    const { items } = await listPulls(call.gateways, { system: call.named }, call.options);
    call.answer(items, () => (items.length === 0 ? "" : table(QUEUE_HEAD, items.map(queueRow))));
  });
}

export function cancelCommand(context: Context): Command {
  const command = new Command("cancel").summary("give a pull up").argument("<id>", "as berth gateway queue shows it");
  return acting(command, context, [], async (call, _flags, [text = ""]) => {
    const { items } = await listPulls(call.gateways, { system: call.named }, call.options);
    // The first digits of an id, or a name, are enough when they mean one pull only.
    const meant = items.filter(({ id, tag }) => id.startsWith(text) || tag === text);
    const [only] = meant;
    const pull = await cancelPull(call.gateways, { id: meant.length === 1 && only ? only.id : text }, call.options);
    call.answer(pull, () => `${pull.tag}: ${pull.statusMessage || pull.status}\n`);
  });
}

const QUEUE_HEAD = ["ID", "WHO", "STATUS", "PLACE", "DONE", "SINCE", "NAME"];

function queueRow(pull: Pull): readonly string[] {
  const { id, owner, status, position, progress, createdAt, tag } = pull;
  const place = position === 0 ? "at work" : String(position);
  const done = progress.total > 0 ? `${formatSize(progress.done)} of ${formatSize(progress.total)}` : "-";
  return [id.slice(0, 8), owner?.user ?? "-", status, place, done, shortTime(createdAt), tag];
}

async function settle(call: Call, pull: Pull, noWait: boolean): Promise<void> {
  if (noWait) return call.answer(pull, () => `${pull.id}\n`);
  const display = pullDisplay(await call.context.progress(), call.context.log);
  let last = pull;
  try {
    for await (const state of followPull(call.gateways, pull.id, call.options)) {
      last = state;
      display.show(state);
    }
  } finally {
    display.end();
  }
  if (last.status !== "READY") throw failure(last);
  const { system, itype, tag } = last;
  showReady(call, await showImage(call.gateways, { system, itype, tag }, call.options));
}

function failure({ importFrom, tag, statusMessage, status }: Pull): Error {
  const kind = importFrom ? "E_GATEWAY_IMPORT_FAILED" : "E_GATEWAY_PULL_FAILED";
  return fail(kind, { tag, why: statusMessage || status });
}

function showReady(call: Call, image: Image): void {
  call.answer(image, () => `${image.id}\n`);
}

const FORMATS: Readonly<Record<string, string>> = { squashfs: "squashfs", sqsh: "squashfs", sif: "sif", tar: "tar" };

function formatOf(path: string): string {
  const format = FORMATS[path.split(".").at(-1) ?? ""];
  if (format === undefined)
    throw fail("E_GATEWAY_FILE", { path, why: "its name does not say what it is: add --format" });
  return format;
}
