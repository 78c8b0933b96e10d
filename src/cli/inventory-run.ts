// What `berth inventory` does: walks, has the site's practices say their word on where images lie, and shows both.

import { realpathSync } from "node:fs";
import { lstat } from "node:fs/promises";
import { resolve } from "node:path";
import { defineErrors, errnoOf } from "../base/errors.ts";
import { formatSize } from "../base/size.ts";
import { type Inventory, type InventoryItem, inventory } from "../gate/inventory/inventory.ts";
import { judgeInventory, type OwnedItem } from "../gate/inventory/judge-inventory.ts";
import { systemNames } from "../gateway/auth/name-service.ts";
import { publicKey, readPem } from "../signing/pem-key.ts";
import type { Context } from "./context.ts";
import type { InventoryFlags } from "./inventory.ts";
import { print } from "./output.ts";
import { isStanding, practiceLines } from "./practice-lines.ts";
import { siteRules } from "./site-rules.ts";
import { table } from "./table.ts";

const fail = defineErrors({
  E_INVENTORY_PATH: { text: "there is no {path}", hint: "name files and folders that exist", exit: 2 },
});

const DAY = 86_400;

/** Finds and shows; answers the exit status. @throws E_INVENTORY_PATH, E_KEY_FILE */
export async function takeInventory(
  paths: readonly string[],
  flags: InventoryFlags,
  context: Context,
): Promise<number> {
  for (const path of paths)
    await lstat(path).catch((cause: unknown) => {
      // What may not be looked at is counted like all else below.
      if (errnoOf(cause) === "ENOENT") throw fail("E_INVENTORY_PATH", { path });
    });
  const keys = await Promise.all(flags["verify-key"].map(async (path) => publicKey(await readPem(path), path)));
  const rules = await rulesOf(flags, context);
  const allowed = rules.policy.practices.imageFolders.map(({ path }) => path);
  const wishes = { oneFileSystem: flags["one-file-system"], allowed, keys, signal: context.signal };
  const found = await inventory(paths, wishes);
  const owned = await ownedItems(found.items);
  const findings = judgeInventory({ ...found, items: owned }, rules);
  if (flags.json) print(`${JSON.stringify({ schema: 1, ...found, items: owned, findings }, null, 2)}\n`);
  else if (flags.csv) print(csv(owned));
  else if (owned.length > 0)
    print(
      table(
        HEAD,
        owned.map((item) => rowOf(item, Date.now() / 1000)),
      ),
    );
  const { files, unreadable, unreadablePaths } = found.counts;
  context.log.info(`${counted(found.items.length, "image")} among ${counted(files, "file")}${strayWords(found)}`);
  if (unreadable > 0)
    context.log.warn(`${unreadable} files and folders could not be read: ${unreadablePaths.slice(0, 5).join(", ")}`);
  if (!flags.json && !flags.csv) print(findings.map(practiceLines).join(""));
  if (findings.some(isStanding)) return 1;
  return unreadable > 0 ? 4 : 0;
}

// Folders that somebody names by hand count in place of the site's, and whoever's images may lie there.
async function rulesOf({ profile, config, allowed }: InventoryFlags, context: Context) {
  const { policy, practices } = await siteRules({ profile, config, gateway: true }, context);
  // What is found has its real path.
  const own = policy.practices.imageFolders.map((folder) => ({ ...folder, path: real(folder.path) }));
  const imageFolders = allowed.length === 0 ? own : allowed.map((path) => ({ path: real(path) }));
  return { policy: { ...policy, practices: { ...policy.practices, imageFolders } }, practices };
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

const HEAD = ["KIND", "SIZE", "AGE", "OWNER", "VERDICT", "PLACE", "PATH"];

function rowOf({ kind, bytes, changed, owner, verdict, stray, path }: OwnedItem, now: number): readonly string[] {
  const age = `${Math.max(0, Math.floor((now - changed) / DAY))} d`;
  const place = stray === undefined ? "-" : stray ? "stray" : "allowed";
  return [kind, formatSize(bytes), age, owner, verdict, place, path];
}

function strayWords({ items }: Inventory): string {
  const stray = items.filter((item) => item.stray).length;
  return items.some((item) => item.stray !== undefined) ? `; ${stray} outside of the allowed folders` : "";
}

async function ownedItems(items: readonly InventoryItem[]): Promise<readonly OwnedItem[]> {
  const names = systemNames();
  const owners = new Map<number, string>();
  const groups = new Map<number, string>();
  for (const uid of new Set(items.map((item) => item.uid)))
    owners.set(uid, (await names.account(uid).catch(() => undefined))?.name ?? String(uid));
  for (const gid of new Set(items.map((item) => item.gid)))
    groups.set(gid, (await names.groupName(gid).catch(() => undefined)) ?? String(gid));
  return items.map((item) => ({
    ...item,
    owner: owners.get(item.uid) ?? String(item.uid),
    group: groups.get(item.gid) ?? String(item.gid),
  }));
}

function csv(items: readonly OwnedItem[]): string {
  const head = "path,kind,bytes,changed,uid,gid,owner,verdict,stray\n";
  const rows = items.map(({ path, kind, bytes, changed, uid, gid, owner, verdict, stray }) =>
    [path, kind, bytes, new Date(changed * 1000).toISOString(), uid, gid, owner, verdict, stray ?? ""]
      .map(cell)
      .join(","),
  );
  return head + rows.map((row) => `${row}\n`).join("");
}

// A cell that begins like a formula would be one in a spreadsheet, and names of files are anybody's.
function cell(value: string | number | boolean): string {
  const text = String(value);
  const plain = /^[=+\-@\t\r]/.test(text) && typeof value === "string" ? `'${text}` : text;
  return /[",\n\r]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
