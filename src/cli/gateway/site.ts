// `berth gateway quota|events|gc|systems|whoami`: what concerns people and the site more than one image.

import { Command } from "commander";
import { defineErrors } from "../../base/errors.ts";
import { formatSize, parseSize } from "../../base/size.ts";
import {
  collectGarbage,
  listAudit,
  listEvents,
  listSystems,
  setQuota,
  showOwnQuota,
  showQuota,
  whoAmI,
} from "../../gateway/client/api.ts";
import type { Collected, Event, Quota } from "../../gateway/client/api-types.ts";
import type { Context } from "../context.ts";
import type { FlagSpec } from "../flags.ts";
import { table } from "../table.ts";
import { acting, type Call, shortTime } from "./call.ts";

const fail = defineErrors({
  E_GATEWAY_QUOTA_WHOM: {
    text: "{text} is no subject of a quota",
    hint: "write user NAME, group NAME, user everybody or group everybody",
    exit: 1,
  },
  E_GATEWAY_NUMBER: { text: "{text} is no number", hint: "write a whole number such as 50{besides}", exit: 1 },
});

const LIMITS = [
  { long: "bytes", kind: "text", value: "size", env: [], help: "new limit, such as 500G; none: no limit" },
  { long: "images", kind: "text", value: "number", env: [], help: "new limit of images; none: no limit" },
] as const satisfies readonly FlagSpec[];

export function quotaCommand(context: Context): Command {
  const command = new Command("quota")
    .summary("show your quota; show or set others' (administrators)")
    .argument("[kind]", "user or group")
    .argument("[subject]", "a name, an id, or everybody");
  return acting(command, context, LIMITS, async (call, { bytes, images }, [kind, subject]) => {
    if (kind === undefined) return showQuotaOf(call, await showOwnQuota(call.gateways, call.options));
    if ((kind !== "user" && kind !== "group") || subject === undefined)
      throw fail("E_GATEWAY_QUOTA_WHOM", { text: [kind, subject].join(" ").trim() });
    const before = await showQuota(call.gateways, { kind, subject }, call.options);
    if (bytes === undefined && images === undefined) return showQuotaOf(call, before);
    const limits = {
      bytes: bytes === undefined ? before.limits.bytes : limit(bytes, parseSize),
      images: images === undefined ? before.limits.images : limit(images, wholeNumber),
    };
    await setQuota(call.gateways, { kind, subject }, limits, call.options);
    showQuotaOf(call, { ...before, limits });
  });
}

function limit(text: string, read: (text: string) => number): number | null {
  return text === "none" ? null : read(text);
}

function wholeNumber(text: string, besides = ", or none for no limit"): number {
  if (!/^\d{1,15}$/.test(text)) throw fail("E_GATEWAY_NUMBER", { text, besides });
  return Number(text);
}

function showQuotaOf(call: Call, quota: Quota): void {
  const { limits, used } = quota;
  const of = (value: number | null, show: (value: number) => string) => (value === null ? "no limit" : show(value));
  call.answer(quota, () =>
    table(
      ["", "USED", "LIMIT"],
      [
        ["bytes", formatSize(used.bytes), of(limits.bytes, formatSize)],
        ["images", String(used.images), of(limits.images, String)],
      ],
    ),
  );
}

const EVENT_FLAGS = [
  { long: "audit", kind: "switch", env: [], help: "everything, refusals too (administrators)" },
  { long: "limit", short: "n", kind: "text", value: "number", env: [], help: "how many; 50 unless said" },
] as const satisfies readonly FlagSpec[];

export function eventsCommand(context: Context): Command {
  const command = new Command("events").summary("show what happened, newest first");
  return acting(command, context, EVENT_FLAGS, async (call, flags) => {
    const input = { system: call.named, limit: Math.min(wholeNumber(flags.limit ?? "50", ""), 1000) };
    const { items } = await (flags.audit ? listAudit : listEvents)(call.gateways, input, call.options);
    call.answer(items, () => (items.length === 0 ? "" : table(EVENT_HEAD, items.map(eventRow))));
  });
}

const EVENT_HEAD = ["WHEN", "WHO", "WHAT", "OUTCOME", "IMAGE"];

function eventRow({ at, actor, kind, outcome, itype, tag, imageId }: Event): readonly string[] {
  const name = itype === "docker" ? tag : `${itype}:${tag}`;
  return [shortTime(at), actor.name, kind, outcome, (tag === null ? imageId?.slice(0, 12) : name) ?? "-"];
}

const DRY_RUN = {
  long: "dry-run",
  short: "n",
  kind: "switch",
  env: [],
  help: "only say what would be removed",
} as const satisfies FlagSpec;

export function collectCommand(context: Context): Command {
  const command = new Command("gc").summary("remove what is overdue and what nothing refers to (administrators)");
  return acting(command, context, [DRY_RUN], async (call, flags) => {
    const dryRun = flags["dry-run"];
    const got = await collectGarbage(call.gateways, { system: await call.system() }, { dryRun }, call.options);
    call.answer(got, () => {
      const lines = [...got.expired.map((id) => `image ${id}`), ...got.orphanFiles.map((name) => `file ${name}`)];
      const would = dryRun ? "would be freed" : "freed";
      return `${[...lines, `${counted(got)}; ${formatSize(got.bytes)} ${would}`].join("\n")}\n`;
    });
  });
}

function counted({ blobs, records }: Collected): string {
  return `${blobs} blobs, ${records} old records`;
}

export function systemsCommand(context: Context): Command {
  const command = new Command("systems").summary("list the systems of the site");
  return acting(command, context, [], async (call) => {
    const { items } = await listSystems(call.gateways, call.options);
    const rows = items.map((item) => [item.name, item.platform, item.format, item.default ? "default" : ""]);
    call.answer(items, () => table(["SYSTEM", "PLATFORM", "FORMAT", ""], rows));
  });
}

export function whoamiCommand(context: Context): Command {
  const command = new Command("whoami").summary("show who the gateway takes you for");
  return acting(command, context, [], async (call) => {
    const person = await whoAmI(call.gateways, { system: call.named }, call.options);
    const { user, uid, group, gid, via, groups, registries } = person;
    call.answer(person, () => {
      const logins = registries.length === 0 ? "none" : registries.join(", ");
      return `${user} (${uid}), ${group} (${gid}), by ${via}\ngroups: ${groups.join(" ")}\nlogins: ${logins}\n`;
    });
  });
}
