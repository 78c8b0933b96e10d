// The modes that Shifter's own program lacks: what is being pulled, who looked what up, imports, and one's own images.

import { changeAcl, removeImage, requestImport, showImage } from "../../gateway/client/api.ts";
import type { Image } from "../../gateway/client/api-types.ts";
import { followPull } from "../../gateway/client/follow.ts";
import type { Gateways } from "../../gateway/client/gateways.ts";
import { openSiteGateways } from "../gateway/open.ts";
import type { Mode } from "./arguments.ts";
import { ask, type Call, imageOf, printable } from "./desk.ts";
import { fail } from "./errors.ts";
import { importPath } from "./import-path.ts";
import { localTime } from "./lines.ts";
import { isJson, refused } from "./modes.ts";
import { idsOf } from "./people.ts";

/** The modes, by name. */
export const MORE: Readonly<Partial<Record<Mode, (call: Call) => Promise<number>>>> = {
  queue,
  metrics,
  import: importFile,
  rm,
  acl,
};

async function queue(call: Call): Promise<number> {
  const answer = await ask(call, { route: "queue" });
  if (answer.status !== 200) return refused(call, answer);
  const { list } = Object(answer.json) as { readonly list?: readonly { status?: unknown; image?: unknown }[] };
  if (isJson(call)) call.print(`${JSON.stringify(answer.json, null, 2)}\n`);
  else for (const { status, image } of list ?? []) call.print(`${String(status).padEnd(12)} ${String(image)}\n`);
  return 0;
}

async function metrics(call: Call): Promise<number> {
  const limit = call.args.values.limit;
  if (limit !== undefined && !/^\d+$/.test(limit))
    throw fail("E_SHIFTERIMG_USAGE", { why: "--limit wants a whole number" });
  const answer = await ask(call, { route: "metrics", query: limit === undefined ? "" : `?limit=${limit}` });
  if (answer.status !== 200) return refused(call, answer);
  if (isJson(call)) call.print(`${JSON.stringify(answer.json, null, 2)}\n`);
  else for (const row of Array.isArray(answer.json) ? answer.json : []) call.print(metricLine(Object(row)));
  return 0;
}

function metricLine(row: Readonly<Record<string, unknown>>): string {
  const { time, user, id, type, tag } = row;
  const seconds = typeof time === "number" ? time : 0;
  return `${localTime(seconds)} ${String(user).padEnd(16)} ${String(id).slice(0, 10)}   ${String(type)}:${String(tag)}\n`;
}

async function importFile(call: Call): Promise<number> {
  const [file = ""] = call.args.operands;
  const { type, tag } = imageOf(call, 1);
  const path = await importPath(file);
  const format = call.args.values.format ?? formatOf(path);
  const { system, context } = call;
  return await atGateways(call, async (gateways) => {
    const wish = { system, itype: type, tag, path, format, ...(await lists(call)) };
    let pull = await requestImport(gateways, wish, { signal: context.signal });
    for await (const state of followPull(gateways, pull.id, { signal: context.signal })) pull = state;
    if (isJson(call)) call.print(`${JSON.stringify(pull, null, 2)}\n`);
    if (pull.status === "READY") return 0;
    context.log.warn(`the import has failed: ${printable(pull.statusMessage || pull.status)}`);
    return 1;
  });
}

const FORMATS: Readonly<Record<string, string>> = { squashfs: "squashfs", sqsh: "squashfs", sif: "sif", tar: "tar" };

function formatOf(path: string): string {
  const format = FORMATS[path.split(".").at(-1) ?? ""];
  if (format === undefined)
    throw fail("E_SHIFTERIMG_USAGE", { why: `nothing says what ${path} is: add --format squashfs, sif, tar or oci` });
  return format;
}

async function rm(call: Call): Promise<number> {
  const { type, tag } = imageOf(call);
  const image = { system: call.system, itype: type, tag };
  return await atGateways(call, async (gateways) => {
    await removeImage(gateways, image, { signal: call.context.signal });
    return 0;
  });
}

async function acl(call: Call): Promise<number> {
  const { type, tag } = imageOf(call);
  const { signal } = call.context;
  const name = { system: call.system, itype: type, tag };
  return await atGateways(call, async (gateways) => {
    const change = await lists(call);
    const changed = Object.keys(change).length > 0;
    const image = changed
      ? await changeAcl(gateways, name, change, { signal })
      : await showImage(gateways, name, { signal });
    call.print(isJson(call) ? `${JSON.stringify(image, null, 2)}\n` : aclLines(image));
    return 0;
  });
}

function aclLines({ owner, users, groups, private: secret }: Image): string {
  const lines = [
    ["access", secret ? "private" : "public"],
    ["owner", owner ? `${owner.user} (${owner.uid})` : "nobody"],
    ["users", users.join(",")],
    ["groups", groups.join(",")],
  ];
  return lines
    .map(([key = "", value = ""]) => `${key.padEnd(8)}${value}`.trimEnd())
    .join("\n")
    .concat("\n");
}

async function lists({
  args,
}: Call): Promise<{ readonly users?: readonly number[]; readonly groups?: readonly number[] }> {
  const { user, group } = args.values;
  return {
    ...(user === undefined ? {} : { users: await idsOf("user", user) }),
    ...(group === undefined ? {} : { groups: await idsOf("group", group) }),
  };
}

async function atGateways(call: Call, act: (gateways: Gateways) => Promise<number>): Promise<number> {
  const gateways = openSiteGateways(call.context, call.config, { logins: call.logins, optional: false });
  try {
    return await act(gateways);
  } finally {
    await gateways.close();
  }
}
