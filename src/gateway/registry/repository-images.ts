// What the systems have of what was pushed: images that were pulled from the site's registry, and pulls under way. Speaks
// SQL; shows nobody more of either than the gateway's own lists do.

import { type Kysely, sql } from "kysely";
import type { Tables } from "../../store/schema.ts";
import type { Store } from "../../store/store.ts";
import { seesTag } from "../catalog/access.ts";
import { imageOf, selectImages } from "../catalog/image-row.ts";
import type { Eyes } from "../records.ts";
import type { Principal } from "../types.ts";

/** A tag on a system. */
export interface RepositoryImage {
  readonly repository: string;
  readonly tag: string;
  readonly system: string;
  /** The name that it is run by. */
  readonly image: string;
  /** `READY`, or how far its pull is. */
  readonly status: string;
  /** False: the tag was pushed again since. */
  readonly current: boolean;
}

/** What the systems have of these repositories, as far as he may know. */
export type ImagesOf = (
  who: Principal | undefined,
  repositories: readonly string[],
) => Promise<readonly RepositoryImage[]>;

// Of one page; somebody who keeps more of it sees the first ones.
const MOST = 5000;

/**
 * The images in the store. `prefixes` are what names of the registry's images begin with on the systems: `site/`, and
 * nothing where it is the default registry.
 */
export function repositoryImages({ db }: Pick<Store, "db">, prefixes: () => readonly string[]): ImagesOf {
  return async (who, repositories) => {
    const eyes = who ? { uid: who.uid, gids: await who.groups() } : { uid: undefined, gids: [] };
    const found: RepositoryImage[] = [];
    for (const prefix of prefixes()) {
      found.push(...(await readyImages(db, prefix, repositories, eyes)));
      found.push(...(await pullsUnderWay(db, prefix, repositories, eyes.uid)));
    }
    return found;
  };
}

async function readyImages(
  db: Kysely<Tables>,
  prefix: string,
  repositories: readonly string[],
  eyes: Eyes,
): Promise<readonly RepositoryImage[]> {
  const rows = await selectImages(db)
    .innerJoin("tags as n", "n.image_key", "i.key")
    .innerJoin("registry_tags as r", (join) => join.on("n.tag", "=", nameOf(prefix)))
    .select(["n.tag as name", "r.repository", "r.tag as tag", "r.digest as pushed_digest", "r.pushed_at"])
    .where("r.repository", "in", [...repositories])
    .where((eb) => eb.and({ "n.itype": "docker", "i.status": "READY" }))
    .orderBy("n.tag")
    .orderBy("n.system")
    .limit(MOST)
    .execute();
  return rows.flatMap((row) => {
    const { name: image, repository, tag, system } = row;
    if (!seesTag(imageOf(row), image, eyes)) return [];
    // Of an index the records do not tell the parts: then the time decides.
    const current = row.digest === row.pushed_digest || row.last_pull >= row.pushed_at;
    return [{ repository, tag, system, image, status: "READY", current }];
  });
}

async function pullsUnderWay(
  db: Kysely<Tables>,
  prefix: string,
  repositories: readonly string[],
  uid: number | undefined,
): Promise<readonly RepositoryImage[]> {
  const rows = await db
    .selectFrom("pulls as p")
    .innerJoin("registry_tags as r", (join) => join.on("p.tag", "=", nameOf(prefix)))
    .select(["p.tag as image", "p.system", "p.status", "r.repository", "r.tag"])
    .where("r.repository", "in", [...repositories])
    .where("p.itype", "=", "docker")
    .where("p.finished_at", "is", null)
    .where((eb) => eb.or([eb("p.open", "=", 1), eb("p.uid", "=", uid ?? -1)]))
    .orderBy("p.tag")
    .limit(MOST)
    .execute();
  return rows.map((row) => ({ ...row, current: true }));
}

function nameOf(prefix: string) {
  return sql<string>`${prefix} || r.repository || ':' || r.tag`;
}
