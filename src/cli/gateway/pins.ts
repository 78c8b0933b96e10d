// `berth gateway pin|unpin|pins`: who needs which image, so that it is not removed.

import { Command } from "commander";
import { defineErrors } from "../../base/errors.ts";
import { pinImage, unpinImage } from "../../gateway/client/api.ts";
import type { HeldImage } from "../../gateway/client/api-types.ts";
import { parseDuration } from "../../site/units.ts";
import type { Context } from "../context.ts";
import type { FlagSpec } from "../flags.ts";
import { table } from "../table.ts";
import { acting, shortTime } from "./call.ts";
import { NAME } from "./images.ts";
import { allPins } from "./pin-list.ts";

const fail = defineErrors({
  E_GATEWAY_TIME: { text: "{text} is no time", hint: "write it as in 90m, 12h or 7d", exit: 1 },
});

const HOLDER = {
  long: "holder",
  kind: "text",
  value: "name",
  env: [],
  help: "who needs it, such as job:123; your name unless said",
} as const satisfies FlagSpec;
const FOR = {
  long: "for",
  kind: "text",
  value: "time",
  env: [],
  help: "how long: 12h, 7d",
} as const satisfies FlagSpec;
const MINE = { long: "mine", kind: "switch", env: [], help: "only those that you set" } as const satisfies FlagSpec;

export function pinCommand(context: Context): Command {
  const command = new Command("pin").summary("keep an image from being removed").argument(...NAME);
  return acting(command, context, [HOLDER, FOR], async (call, flags, [text = ""]) => {
    const holder = flags.holder ?? call.context.user.name;
    const ms = flags.for === undefined ? undefined : parseDuration(flags.for);
    if (flags.for !== undefined && ms === undefined) throw fail("E_GATEWAY_TIME", { text: flags.for });
    const until = ms === undefined ? null : Date.now() / 1000 + ms / 1000;
    await pinImage(call.gateways, { ...(await call.image(text)), holder, until }, call.options);
    call.answer({ holder, until }, () => "");
  });
}

export function unpinCommand(context: Context): Command {
  const command = new Command("unpin").summary("no longer keep it").argument(...NAME);
  return acting(command, context, [HOLDER], async (call, flags, [text = ""]) => {
    const holder = flags.holder ?? call.context.user.name;
    await unpinImage(call.gateways, { ...(await call.image(text)), holder }, call.options);
    call.answer({ holder }, () => "");
  });
}

export function pinsCommand(context: Context): Command {
  const command = new Command("pins")
    .summary("list who holds which image: your pins and those of your images, for operators all")
    .argument("[name]", NAME[1]);
  return acting(command, context, [MINE], async (call, { mine }, [text]) => {
    const wanted = mine ? { mine } : {};
    const pins = await allPins(
      call,
      text === undefined ? wanted : { ...wanted, ...typeAndTag(await call.image(text)) },
    );
    call.answer(pins, () => (pins.length === 0 ? "" : table(HEAD, pins.map(row))));
  });
}

const HEAD = ["HOLDER", "UID", "SINCE", "UNTIL", "ID", "NAMES"];

function row({ holder, uid, createdAt, until, imageId, itype, tags }: HeldImage): readonly string[] {
  const names = tags.map((tag) => (itype === "docker" ? tag : `${itype}:${tag}`));
  const end = until === null ? "taken away" : shortTime(until);
  return [holder, String(uid ?? "-"), shortTime(createdAt), end, imageId.slice(0, 12), names.join(" ") || "-"];
}

function typeAndTag({ itype, tag }: { readonly itype: string; readonly tag: string }) {
  return { itype, tag };
}
