// What lies in the site's registry, as its notifications tell: repositories and their tags, and what judges said of
// them. Speaks SQL. A notification may come twice, late, or after the one that followed it.

import type { RegistryRepositoryRow, RegistryTagRow } from "../../store/schema.ts";
import type { Store } from "../../store/store.ts";
import type { Page, Verdict } from "../types.ts";

/** A manifest that was pushed. */
export interface PushedManifest {
  readonly repository: string;
  /** Undefined: it was pushed by digest (a part of an index). */
  readonly tag: string | undefined;
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: number;
  readonly by: string;
  /** Seconds since 1970. */
  readonly at: number;
}

/** A tag as it is listed. */
export interface ShelfTag {
  readonly tag: string;
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: number;
  readonly pushedAt: number;
  readonly pushedBy: string;
  /** What the site's checks said; undefined: nothing yet. */
  readonly verdict: Verdict | undefined;
}

/** A repository as it is listed. */
export interface ShelfRepository {
  readonly name: string;
  readonly createdAt: number;
  readonly pushedAt: number;
  readonly pushedBy: string;
}

/** What lies in the registry. */
export interface Shelf {
  pushed(manifest: PushedManifest): Promise<void>;
  /** A manifest is gone, and with it the tags that stood for it. */
  removed(repository: string, digest: string): Promise<void>;
  /** With `pushedAt`: unless it was pushed after that. */
  untagged(repository: string, tag: string, pushedAt?: number): Promise<void>;
  /** The repository is gone with its tags, unless it was pushed to after that time. */
  forget(repository: string, pushedAt: number): Promise<void>;
  /** In the order of names; `after` is the last name of the page before. */
  repositories(after: string | undefined, limit: number): Promise<Page<ShelfRepository>>;
  repository(name: string): Promise<ShelfRepository | undefined>;
  tags(repository: string): Promise<readonly ShelfTag[]>;
  /** What the tag stands for. */
  digestOf(repository: string, tag: string): Promise<string | undefined>;
  /** When the tag was last pushed, in seconds since 1970. */
  pushedAt(repository: string, tag: string): Promise<number | undefined>;
  judged(digest: string, verdict: Verdict): Promise<void>;
  verdict(digest: string): Promise<Verdict | undefined>;
}

/** Judges of the registry share one name: their last word counts. */
const JUDGE = "registry";
const TAGS = 10_000;

type ShelfStore = Pick<Store, "db" | "now" | "transaction">;

/** The shelf in the store. */
export function registryShelf(store: ShelfStore): Shelf {
  return { ...pushes(store), ...losses(store), ...listings(store), ...verdicts(store) };
}

function pushes(store: ShelfStore): Pick<Shelf, "pushed"> {
  return {
    pushed: (manifest) =>
      store.transaction(async (trx) => {
        const { repository, tag, digest, at, by } = manifest;
        const pushed = { pushed_at: at, pushed_by: by };
        await trx
          .insertInto("registry_repositories")
          .values({ name: repository, created_at: at, ...pushed })
          .onConflict((conflict) =>
            conflict.column("name").doUpdateSet(pushed).where("registry_repositories.pushed_at", "<=", at),
          )
          .execute();
        if (tag === undefined) return;
        const said = { digest, media_type: manifest.mediaType, bytes: manifest.bytes, ...pushed };
        await trx
          .insertInto("registry_tags")
          .values({ repository, tag, ...said })
          .onConflict((conflict) =>
            conflict
              .columns(["repository", "tag"])
              .doUpdateSet(said)
              // What the gateway has found itself is completed by the notification that comes late.
              .where((eb) =>
                eb.or([
                  eb("registry_tags.pushed_at", "<=", at),
                  eb.and([eb("registry_tags.pushed_by", "=", ""), eb("registry_tags.digest", "=", digest)]),
                ]),
              ),
          )
          .execute();
      }),
  };
}

function losses(store: ShelfStore): Pick<Shelf, "removed" | "untagged" | "forget"> {
  const { db } = store;
  return {
    async removed(repository, digest) {
      await db.deleteFrom("registry_tags").where("repository", "=", repository).where("digest", "=", digest).execute();
    },
    async untagged(repository, tag, pushedAt) {
      const gone = db.deleteFrom("registry_tags").where("repository", "=", repository).where("tag", "=", tag);
      await (pushedAt === undefined ? gone : gone.where("pushed_at", "<=", pushedAt)).execute();
    },
    forget: (repository, pushedAt) =>
      store.transaction(async (trx) => {
        const old = trx.deleteFrom("registry_repositories").where("name", "=", repository);
        const { numDeletedRows } = await old.where("pushed_at", "<=", pushedAt).executeTakeFirst();
        if (numDeletedRows > 0n) await trx.deleteFrom("registry_tags").where("repository", "=", repository).execute();
      }),
  };
}

function listings({ db }: ShelfStore): Pick<Shelf, "repositories" | "repository" | "tags" | "digestOf" | "pushedAt"> {
  const tagsOf = (repository: string) => db.selectFrom("registry_tags").where("repository", "=", repository);
  return {
    async repositories(after, limit) {
      const query = db
        .selectFrom("registry_repositories")
        .selectAll()
        .where("name", ">", after ?? "")
        .orderBy("name");
      const rows = await query.limit(limit + 1).execute();
      const items = rows.slice(0, limit).map(repositoryOf);
      return { items, next: rows.length > limit ? items.at(-1)?.name : undefined };
    },
    async repository(name) {
      const row = await db.selectFrom("registry_repositories").selectAll().where("name", "=", name).executeTakeFirst();
      return row && repositoryOf(row);
    },
    async tags(repository) {
      const rows = await tagsOf(repository)
        .leftJoin("verdicts", (join) =>
          join.onRef("verdicts.digest", "=", "registry_tags.digest").on("verdicts.judge", "=", JUDGE),
        )
        .selectAll("registry_tags")
        .select(["verdicts.verdict", "verdicts.reason"])
        .orderBy("registry_tags.tag")
        .limit(TAGS)
        .execute();
      return rows.map(tagOf);
    },
    digestOf: async (repository, tag) =>
      (await tagsOf(repository).select("digest").where("tag", "=", tag).executeTakeFirst())?.digest,
    pushedAt: async (repository, tag) =>
      (await tagsOf(repository).select("pushed_at").where("tag", "=", tag).executeTakeFirst())?.pushed_at,
  };
}

function verdicts({ db, now }: ShelfStore): Pick<Shelf, "judged" | "verdict"> {
  return {
    async judged(digest, { verdict, reason }) {
      const said = { verdict, reason, at: now() };
      await db
        .insertInto("verdicts")
        .values({ digest, judge: JUDGE, ...said })
        .onConflict((conflict) => conflict.columns(["digest", "judge"]).doUpdateSet(said))
        .execute();
    },
    async verdict(digest) {
      const found = db.selectFrom("verdicts").selectAll().where("digest", "=", digest).where("judge", "=", JUDGE);
      const row = await found.executeTakeFirst();
      return row && verdictOf(row.verdict, row.reason);
    },
  };
}

function repositoryOf({ name, created_at, pushed_at, pushed_by }: RegistryRepositoryRow): ShelfRepository {
  return { name, createdAt: created_at, pushedAt: pushed_at, pushedBy: pushed_by };
}

type JudgedTag = RegistryTagRow & { readonly verdict: string | null; readonly reason: string | null };

function tagOf(row: JudgedTag): ShelfTag {
  const { tag, digest, bytes, media_type: mediaType, pushed_at: pushedAt, pushed_by: pushedBy } = row;
  const verdict = row.verdict === null ? undefined : verdictOf(row.verdict, row.reason ?? "");
  return { tag, digest, bytes, mediaType, pushedAt, pushedBy, verdict };
}

function verdictOf(verdict: string, reason: string): Verdict {
  return { verdict: verdict === "accepted" || verdict === "quarantined" ? verdict : "refused", reason };
}
