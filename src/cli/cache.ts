// `berth cache list|clean|verify`: flags, one call each, printing.

import { createInterface } from "node:readline/promises";
import { Command } from "commander";
import { defineErrors } from "../base/errors.ts";
import { formatSize, parseSize } from "../base/size.ts";
import { cacheAt } from "../oci/store/cache.ts";
import { CACHE_TYPES, type CacheEntry, type CacheType } from "../oci/store/cache-entries.ts";
import { cacheDir } from "../platform/user.ts";
import { addFlags, readFlags } from "./command-flags.ts";
import type { Context } from "./context.ts";
import type { FlagSpec } from "./flags.ts";
import { print as printOut } from "./output.ts";

const fail = defineErrors({
  E_CACHE_TYPE: {
    text: '"{type}" is no kind of cache entry',
    hint: "choose blob, image, sandbox, ref, build, audit or all",
    exit: 1,
  },
  E_CACHE_DAYS: { text: '"{days}" is not a number of days', hint: "write a whole number, such as 30", exit: 1 },
  E_CACHE_DAMAGED: {
    text: "{count} of {checked} blobs were damaged and have been removed",
    hint: "they are fetched again when they are needed; look after the disk if this happens again",
    exit: 1,
  },
});

const TYPE_FLAG = {
  long: "type",
  short: "T",
  aliases: ["types"],
  kind: "list",
  value: "type",
  env: [],
  help: "blob, image, sandbox, ref, build or audit; several with commas (default: all)",
} as const satisfies FlagSpec;

const JSON_FLAG = { long: "json", kind: "switch", env: [], help: "as JSON" } as const satisfies FlagSpec;

const LIST_FLAGS = [
  TYPE_FLAG,
  { long: "verbose", short: "v", kind: "switch", env: [], help: "every entry" },
  JSON_FLAG,
] as const satisfies readonly FlagSpec[];

const CLEAN_FLAGS = [
  TYPE_FLAG,
  { long: "days", short: "D", kind: "text", value: "days", env: [], help: "only what was not used for so many days" },
  { long: "keep", kind: "text", value: "size", env: [], help: "keep so much of what was used last (such as 10G)" },
  { long: "dry-run", short: "n", kind: "switch", env: [], help: "only say what would be removed" },
  { long: "force", short: "f", kind: "switch", env: [], help: "do not ask" },
] as const satisfies readonly FlagSpec[];

/** `berth cache`. */
export function cacheCommand(context: Context): Command {
  return new Command("cache")
    .description("List, clean and check what berth keeps to be faster the next time.")
    .addCommand(listCommand(context))
    .addCommand(cleanCommand(context))
    .addCommand(verifyCommand(context));
}

function listCommand(context: Context): Command {
  const command = new Command("list").summary("say what the cache holds and how much space it takes");
  return addFlags(command, LIST_FLAGS).action(async () => {
    const values = readFlags(command, LIST_FLAGS, context.env);
    const types = typesOf(values.type);
    const entries = (await allEntries(context)).filter(({ type }) => types.includes(type));
    if (values.json) return print(JSON.stringify(entries.map(asJson), null, 2));
    if (values.verbose) print(table(entries));
    print(summary(entries));
  });
}

function cleanCommand(context: Context): Command {
  const command = new Command("clean").summary("remove entries of the cache");
  return addFlags(command, CLEAN_FLAGS).action(async () => {
    const values = readFlags(command, CLEAN_FLAGS, context.env);
    const { planClean, removeEntries, sweepLeftovers } = await import("../oci/store/cache-entries.ts");
    const keep = values.keep === undefined ? undefined : parseSize(values.keep);
    const wish = { types: typesOf(values.type), days: daysOf(values.days), keep, now: Date.now() };
    const going = planClean(await allEntries(context), wish);
    if (values["dry-run"]) {
      for (const { type, name, size } of going) print(`would remove ${type} ${name} (${formatSize(size)})`);
      return print(`would free ${formatSize(sizeOf(going))}`);
    }
    // Before the question, which would be asked again inside.
    if (going.some(({ type }) => type === "build")) await enterNamespace(context);
    if (
      !values.force &&
      !(await confirmed(`This removes ${going.length} entries of the cache (${formatSize(sizeOf(going))}).`))
    )
      return print("nothing removed");
    const cache = openedCache(context);
    await removeEntries(cache, going);
    await (await import("../build/engine/entries.ts")).removeBuildEntries(cache.root, going, wish.now);
    await (await import("../audit/record-entries.ts")).removeRecordEntries(cache.root, going);
    await sweepLeftovers(cache, wish.now);
    print(`freed ${formatSize(sizeOf(going))}`);
  });
}

function verifyCommand(context: Context): Command {
  const command = new Command("verify").summary("read every blob again and remove the damaged ones");
  return addFlags(command, [JSON_FLAG]).action(async () => {
    const { json } = readFlags(command, [JSON_FLAG], context.env);
    const { verifyStore } = await import("../oci/store/verify-blobs.ts");
    const options = { progress: await context.progress(), signal: context.signal };
    const found = await verifyStore(openedCache(context).blobs, options);
    const { checked, damaged } = found;
    if (json) print(JSON.stringify(found, null, 2));
    else if (damaged.length === 0) print(`${checked} blobs are as they should be`);
    if (damaged.length > 0) throw fail("E_CACHE_DAMAGED", { count: damaged.length, checked });
  });
}

function openedCache({ env, user, log }: Context) {
  return cacheAt(cacheDir(env, user), log);
}

async function allEntries(context: Context): Promise<readonly CacheEntry[]> {
  const { cacheEntries } = await import("../oci/store/cache-entries.ts");
  const { buildEntries } = await import("../build/engine/entries.ts");
  const cache = openedCache(context);
  const { recordEntries } = await import("../audit/record-entries.ts");
  return [...(await cacheEntries(cache)), ...(await buildEntries(cache.root)), ...(await recordEntries(cache.root))];
}

// Steps of builds have left files of other ids, which nobody can remove outside.
async function enterNamespace({ env, user }: Context): Promise<void> {
  const { enterBuildNamespace, insideBuildNamespace } = await import("../build/namespace.ts");
  if (!insideBuildNamespace(env)) enterBuildNamespace({ env, user });
}

function typesOf(given: readonly string[]): readonly CacheType[] {
  const names = given.flatMap((text) => text.split(",")).map((name) => name.trim());
  if (names.length === 0 || names.includes("all")) return CACHE_TYPES;
  return names.map((name) => {
    const type = CACHE_TYPES.find((known) => known === name);
    if (!type) throw fail("E_CACHE_TYPE", { type: name });
    return type;
  });
}

function daysOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,6}$/.test(text)) throw fail("E_CACHE_DAYS", { days: text });
  return Number(text);
}

async function confirmed(what: string): Promise<boolean> {
  process.stderr.write(`${what}\nDo you want to continue? [y/N] `);
  const lines = createInterface({ input: process.stdin });
  try {
    // The end of the input, like an empty line, is a no.
    for await (const line of lines) return /^\s*y(es)?\s*$/i.test(line);
    return false;
  } finally {
    lines.close();
  }
}

function sizeOf(entries: readonly CacheEntry[]): number {
  return entries.reduce((sum, { size }) => sum + size, 0);
}

function summary(entries: readonly CacheEntry[]): string {
  const images = entries.filter(({ type }) => type === "image");
  const blobs = entries.filter(({ type }) => type === "blob");
  const first = `There are ${images.length} container file(s) using ${formatSize(sizeOf(images))}`;
  const second = `${blobs.length} oci blob file(s) using ${formatSize(sizeOf(blobs))} of space`;
  return `${first} and ${second}\nTotal space used: ${formatSize(sizeOf(entries))}`;
}

function table(entries: readonly CacheEntry[]): string {
  const row = (name: string, date: string, size: string, type: string) =>
    `${name.padEnd(22)} ${date.padEnd(22)} ${size.padEnd(16)} ${type}`.trimEnd();
  const lines = entries.map(({ type, name, size, created }) => {
    const date = new Date(created).toISOString().slice(0, 19).replace("T", " ");
    return row(shortName(type, name), date, formatSize(size), type);
  });
  return [row("NAME", "DATE CREATED", "SIZE", "TYPE"), ...lines, ""].join("\n");
}

// A name is a handle: references stay whole, digests and image names begin alike only by accident.
function shortName(type: CacheType, name: string): string {
  return type === "ref" ? name : name.replace(/^sha(256|512):/, "").slice(0, 22);
}

function asJson({ type, name, size, created, lastUsed }: CacheEntry) {
  return { type, name, size, created: new Date(created).toISOString(), lastUsed: new Date(lastUsed).toISOString() };
}

function print(text: string): void {
  printOut(`${text}\n`);
}
