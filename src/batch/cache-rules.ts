// Whether the per-node caches that volumes ask for are within the site's rules, which Shifter reads and forgets
// (spec/shifter.md 5.5, 6.2). Pure.

import type { NodeConfig } from "../site/node-config.ts";
import type { Volume } from "../site/volume-types.ts";
import { fail } from "./errors.ts";

/** Refuses caches beyond the rules. @throws E_SHIFTER_CACHE */
export function checkCaches(volumes: readonly Volume[], { cache: rules }: Pick<NodeConfig, "cache">): void {
  let total = 0;
  for (const { to, cache } of volumes) {
    if (!cache) continue;
    const refused = (why: string, advice: string) => fail("E_SHIFTER_CACHE", { to, why, advice });
    if (!rules) throw refused("this site offers none", "the site offers them by perNodeCachePath");
    if (rules.fsTypes.length > 0 && !rules.fsTypes.includes(cache.fs))
      throw refused(
        `${cache.fs} is not among the file systems that the site allows`,
        `use fs=${rules.fsTypes.join(" or fs=")}`,
      );
    total += cache.size;
    if (rules.limit !== undefined && total > rules.limit)
      throw refused(`${total} bytes are more than the site's limit of ${rules.limit} for one user`, "ask for less");
  }
}
