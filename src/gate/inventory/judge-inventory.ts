// What the practices about places of images (LOC001, LOC002) say of an inventory. Pure.

import type { PolicyConfig } from "../../policy/config.ts";
import { judgeHost } from "../../policy/judge-image.ts";
import type { Practice } from "../../policy/practice.ts";
import type { Finding } from "../../policy/types.ts";
import { type Inventory, type InventoryItem, inventoryFacts } from "./inventory.ts";

/** The rules of a site. */
export interface InventoryRules {
  readonly policy: PolicyConfig;
  readonly practices: readonly Practice[];
}

/** An image that was found, with the names of whom it belongs to. */
export interface OwnedItem extends InventoryItem {
  readonly owner: string;
  readonly group: string;
}

/** A finding with the files that it is about. */
export interface PlaceFinding extends Finding {
  readonly paths: readonly string[];
}

/** The findings: LOC002 on all that lies elsewhere, LOC001 on what lies in a folder of the site and belongs to somebody else. */
export function judgeInventory(
  found: Pick<Inventory, "searched"> & { readonly items: readonly OwnedItem[] },
  { policy, practices }: InventoryRules,
): readonly PlaceFinding[] {
  const rule = (wanted: string) => practices.filter(({ id }) => id === wanted);
  // Where nobody says which folders are the site's, nothing is known to be elsewhere: then LOC002 is unknown.
  const isKnown = found.items.length === 0 || found.items.some(({ stray }) => stray !== undefined);
  const inventory = inventoryFacts(found);
  const elsewhere = judgeHost({ policy, facts: isKnown ? { inventory } : {}, practices: rule("LOC002") });
  const placed = found.items.filter(({ stray }) => stray === false);
  const foreign = placed.flatMap(({ path, owner, group }) =>
    judgeHost({ policy, facts: { location: { path, owner, group } }, practices: rule("LOC001") })
      .filter(({ certainty }) => certainty !== "unknown")
      .map((finding) => ({ ...finding, paths: [path] })),
  );
  return [...elsewhere.map((finding) => ({ ...finding, paths: inventory.stray })), ...foreign];
}
