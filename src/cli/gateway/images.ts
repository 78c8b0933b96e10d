// `berth gateway list|show|rm|acl|history|release`: the images of a system.

import { Command } from "commander";
import { defineErrors, hasCode } from "../../base/errors.ts";
import { formatSize } from "../../base/size.ts";
import { verdictLines } from "../../gate/verdict-text.ts";
import { changeAcl, listImages, releaseImage, removeImage, showImage, tagHistory } from "../../gateway/client/api.ts";
import type { HeldImage, Image } from "../../gateway/client/api-types.ts";
import type { Context } from "../context.ts";
import type { FlagSpec } from "../flags.ts";
import { printable } from "../shifterimg/desk.ts";
import { table } from "../table.ts";
import { acting, type Call, listOf, shortTime } from "./call.ts";
import { pinsOf, pinWords } from "./pin-list.ts";

const fail = defineErrors({
  E_GATEWAY_HELD_BACK: {
    text: "{name} on {system} is in quarantine: {why}",
    hint: "berth gateway show --all {name} shows its verdict, and berth gateway release {name} --reason … lets it out",
    exit: 1,
  },
  E_GATEWAY_NOT_READY: {
    text: "{name} on {system} is not ready: {status}",
    hint: "berth gateway show --all {name} shows it",
    exit: 1,
  },
});

type ImageWords = Awaited<ReturnType<Call["image"]>>;

/** The operand that names an image. */
export const NAME = ["<name>", "[TYPE:]NAME:TAG, or NAME@sha256:…"] as const;
const MINE = { long: "mine", kind: "switch", env: [], help: "only your own" } as const satisfies FlagSpec;
const ALL = {
  long: "all",
  short: "a",
  kind: "switch",
  env: [],
  help: "also what nobody showed you, and what is in quarantine (operators)",
} as const satisfies FlagSpec;
const REASON = { long: "reason", kind: "text", value: "words", env: [], help: "why" } as const satisfies FlagSpec;
const LISTS = [
  { long: "user", kind: "text", value: "list", env: [], help: "users who may read it: names or ids, with commas" },
  { long: "group", kind: "text", value: "list", env: [], help: "groups who may read it; '' for none" },
] as const satisfies readonly FlagSpec[];

export function listCommand(context: Context): Command {
  const command = new Command("list")
    .summary("list the images that you may read")
    .argument("[part]", "a part of the name");
  return acting(command, context, [MINE, ALL], async (call, { mine, all }, [match]) => {
    const images = await allImages(call, { match, ...(mine ? { mine } : {}), ...(all ? { all } : {}) });
    const rows = images.flatMap((image) =>
      (image.tags.length === 0 ? ["-"] : image.tags).map((tag) => row(image, tag)),
    );
    call.answer(images, () => (rows.length === 0 ? "" : table(HEAD, rows)));
  });
}

const HEAD = ["ID", "STATUS", "ACCESS", "OWNER", "SIZE", "PULLED", "NAME"];

function row(image: Image, tag: string): readonly string[] {
  const { id, status, owner, bytes, lastPull, itype } = image;
  const name = itype === "docker" ? tag : `${itype}:${tag}`;
  const access = image.private ? "private" : "public";
  return [id.slice(0, 12), status, access, owner?.user ?? "-", formatSize(bytes), shortTime(lastPull), name];
}

interface Wanted {
  readonly match: string | undefined;
  readonly mine?: true;
  readonly all?: true;
}

/** All pages of the list. */
export async function allImages(call: Call, wanted: Wanted): Promise<readonly Image[]> {
  const system = await call.system();
  const images: Image[] = [];
  let after: string | undefined;
  do {
    const page = await listImages(call.gateways, { system, limit: 1000, after, ...wanted }, call.options);
    images.push(...page.items);
    after = page.next;
  } while (after !== undefined);
  return images;
}

export function showCommand(context: Context): Command {
  const command = new Command("show").summary("show an image").argument(...NAME);
  return acting(command, context, [ALL], async (call, { all }, [text = ""]) => {
    const name = await call.image(text);
    const image = await (all
      ? showImage(call.gateways, { ...name, all }, call.options)
      : showImage(call.gateways, name, call.options).catch((error: unknown) => heldBack(call, name, error)));
    const pins = await pinsOf(call, name);
    call.answer({ ...image, pins }, () => description(image, pins));
  });
}

// Told to those only who may see it with --all, and so know of it anyway; to others it is not there.
async function heldBack(call: Call, name: ImageWords, error: unknown): Promise<never> {
  if (!hasCode(error, "E_GATEWAY_NO_IMAGE")) throw error;
  const image = await showImage(call.gateways, { ...name, all: true }, call.options).catch(() => undefined);
  if (!image) throw error;
  const { status, statusMessage: why } = image;
  const words = `${name.itype}:${name.tag}`;
  throw status === "QUARANTINED"
    ? fail("E_GATEWAY_HELD_BACK", { ...name, name: words, why: why || "nobody says why" })
    : fail("E_GATEWAY_NOT_READY", { ...name, name: words, status });
}

function description(image: Image, pins: readonly HeldImage[]): string {
  const { id, tags, status, statusMessage, owner, users, groups, bytes, format } = image;
  const facts: readonly (readonly [string, string])[] = [
    ["names", tags.join(" ")],
    ["id", id],
    ["digest", image.digest],
    ["source", image.source],
    ["status", statusMessage ? `${status} (${statusMessage})` : status],
    ["access", image.private ? "private" : "public"],
    ["owner", owner ? `${owner.user} (${owner.uid})` : "-"],
    ["users", users.join(",") || "-"],
    ["groups", groups.join(",") || "-"],
    ["file", `${formatSize(bytes)} ${format}, ${image.os}/${image.arch}`],
    ["created", shortTime(image.createdAt)],
    ["pulled", shortTime(image.lastPull)],
    ["used", shortTime(image.lastUse)],
    ["expires", shortTime(image.expires)],
    ...pins.map((pin) => ["held by", pinWords(pin)] as const),
    ...verdictFacts(image.verdict),
  ];
  return facts.map(([key, value]) => `${key.padEnd(9)}${printable(value)}\n`).join("");
}

// What it came to beside its name, what was found below it.
function verdictFacts(verdict: Image["verdict"]): readonly (readonly [string, string])[] {
  if (!verdict) return [];
  const told = { ...verdict, databaseDate: verdict.databaseDate };
  return verdictLines(told).map((line, at) => [at === 0 ? "verdict" : "", line] as const);
}

export function removeCommand(context: Context): Command {
  const command = new Command("rm").summary("remove images of yours").argument("<names...>", NAME[1]);
  return acting(command, context, [], async (call, _flags, names) => {
    for (const name of names) await removeImage(call.gateways, await call.image(name), call.options);
    call.answer({ removed: names }, () => "");
  });
}

export function aclCommand(context: Context): Command {
  const command = new Command("acl").summary("show or set who may read a private image").argument(...NAME);
  return acting(command, context, LISTS, async (call, { user, group }, [text = ""]) => {
    const name = await call.image(text);
    const change = { users: listOf(user), groups: listOf(group) };
    const changes = user !== undefined || group !== undefined;
    const image = await (changes
      ? changeAcl(call.gateways, name, change, call.options)
      : showImage(call.gateways, name, call.options));
    const { owner, users, groups } = image;
    const access = { private: image.private, owner, users, groups };
    call.answer(access, () => aclWords(image));
  });
}

function aclWords(image: Image): string {
  const { owner, users, groups } = image;
  const facts = [
    ["access", image.private ? "private" : "public: everybody may read it"],
    ["owner", owner ? `${owner.user} (${owner.uid})` : "-"],
    ["users", users.join(",") || "-"],
    ["groups", groups.join(",") || "-"],
  ];
  return facts.map(([key = "", value = ""]) => `${key.padEnd(9)}${value}\n`).join("");
}

export function historyCommand(context: Context): Command {
  const command = new Command("history").summary("show where a name has led").argument(...NAME);
  return acting(command, context, [], async (call, _flags, [text = ""]) => {
    const { items } = await tagHistory(call.gateways, await call.image(text), call.options);
    const rows = items.map(({ at, by, imageId, previousId }) => [
      shortTime(at),
      by,
      previousId?.slice(0, 12) ?? "-",
      imageId?.slice(0, 12) ?? "-",
    ]);
    call.answer(items, () => table(["WHEN", "WHO", "FROM", "TO"], rows));
  });
}

export function releaseCommand(context: Context): Command {
  const command = new Command("release").summary("let an image out of quarantine (operators)").argument(...NAME);
  return acting(command, context, [REASON], async (call, { reason }, [text = ""]) => {
    const wish = { ...(await call.image(text)), reason: reason ?? "looked at" };
    const image = await releaseImage(call.gateways, wish, call.options);
    call.answer(image, () => `${image.tags.join(" ")}: ${image.status}\n`);
  });
}
