// Every image of some trees: what it is, whose, how old, what its verdict says, and whether it lies where images may lie (LOC002).

import type { KeyObject } from "node:crypto";
import { readFileSync, realpathSync } from "node:fs";
import { resolve, sep } from "node:path";
import { reasonOf } from "../../base/errors.ts";
import type { PracticeFacts } from "../../policy/practice-facts.ts";
import type { VerdictResult } from "../types.ts";
import { verdictBeside } from "../verdict-files.ts";
import { type FoundFile, type WalkCounts, walk } from "./walk.ts";

/** An image with what is known of it. */
export interface InventoryItem extends FoundFile {
  /** Of the verdict beside it; `none`: there is none, `invalid`: one that cannot be believed. */
  readonly verdict: VerdictResult | "none" | "invalid";
  /** Why a verdict is not believed. */
  readonly why: string | undefined;
  /** Lies outside of all allowed folders; undefined: none were named. */
  readonly stray: boolean | undefined;
}

export interface Inventory {
  readonly searched: readonly string[];
  readonly items: readonly InventoryItem[];
  readonly counts: WalkCounts;
}

export interface InventoryOptions {
  readonly oneFileSystem: boolean;
  /** Folders that images may lie in. */
  readonly allowed: readonly string[];
  /** Keys that verdicts have to be signed with; empty: signatures are not looked at. */
  readonly keys: readonly KeyObject[];
  readonly signal: AbortSignal;
}

/** Finds all images below the paths, sorted by path. */
export async function inventory(paths: readonly string[], options: InventoryOptions): Promise<Inventory> {
  const { oneFileSystem, signal, keys } = options;
  const searched = paths.map(real);
  const allowed = options.allowed.map(real);
  const files: FoundFile[] = [];
  const found = (file: FoundFile) => void files.push(file);
  const counts = await walk(searched, { oneFileSystem, signal, found, pseudo: pseudoMounts(searched) });
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  const items: InventoryItem[] = [];
  for (const file of files)
    items.push({ ...file, ...(await verdictOf(file.path, keys)), stray: strayOf(file, allowed) });
  return { searched, items, counts };
}

/** What practices are told of an inventory. */
export function inventoryFacts({
  searched,
  items,
}: Pick<Inventory, "searched" | "items">): NonNullable<PracticeFacts["inventory"]> {
  return { searched, stray: items.flatMap(({ stray, path }) => (stray ? [path] : [])) };
}

// The walk follows no links, so what it finds has its real path when its root has.
function strayOf({ path }: FoundFile, allowed: readonly string[]): boolean | undefined {
  return allowed.length === 0 ? undefined : !allowed.some((folder) => isBelow(path, folder));
}

/** True for what lies in the folder. Both are real paths. */
export function isBelow(path: string, folder: string): boolean {
  return folder === sep || path.startsWith(`${folder}${sep}`);
}

async function verdictOf(path: string, keys: readonly KeyObject[]): Promise<Pick<InventoryItem, "verdict" | "why">> {
  try {
    const verdict = await verdictBeside(path, { keys });
    return { verdict: verdict?.result ?? "none", why: undefined };
  } catch (error) {
    return { verdict: "invalid", why: reasonOf(error) };
  }
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

const PSEUDO =
  /^(proc|sysfs|cgroup2?|devtmpfs|devpts|tracefs|debugfs|securityfs|bpf|mqueue|hugetlbfs|configfs|pstore|efivarfs|fusectl|binfmt_misc|nsfs)$/;

function pseudoMounts(roots: readonly string[]): ReadonlySet<string> {
  const mounts = mountTable().flatMap((line) => {
    const [, , , , path = "", ...rest] = line.split(" ");
    const type = rest[rest.indexOf("-") + 1] ?? "";
    return PSEUDO.test(type) ? [path] : [];
  });
  return new Set(mounts.filter((path) => !roots.includes(path)));
}

function mountTable(): readonly string[] {
  try {
    return readFileSync("/proc/self/mountinfo", "utf8").split("\n");
  } catch {
    return [];
  }
}
