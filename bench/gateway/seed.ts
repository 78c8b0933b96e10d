// Fills a server's database with images as a site has them after years: written directly, since pulling them would take
// days. Every tenth is private: one person's, or one group's.

import { openStore, type Store } from "../../src/store/index.ts";

export const SYSTEM = "cluster";

const BATCH = 250;
const PRIVATE_EVERY = 10;
/** People and groups among whom the private images are spread. */
const OWNERS = 500;

/** Tag of the public image number `n`. */
export function tagOf(n: number): string {
  return `site/project${n % 1000}/tool:${n}`;
}

/** Makes the images 0 to `count`-1. */
export async function seedImages(database: string, count: number): Promise<void> {
  const store = await openStore(database, { now: () => Date.now() / 1000 });
  try {
    for (let from = 0; from < count; from += BATCH) await insertBatch(store, from, Math.min(count, from + BATCH));
  } finally {
    await store.close();
  }
}

function insertBatch(store: Store, from: number, to: number): Promise<void> {
  const { now } = store;
  const numbers = Array.from({ length: to - from }, (_, index) => from + index);
  const hidden = numbers.filter((n) => n % PRIVATE_EVERY === 0);
  return store.transaction(async (trx) => {
    await trx
      .insertInto("images")
      .values(numbers.map((n) => imageRow(n, now())))
      .execute();
    await trx
      .insertInto("tags")
      .values(numbers.map((n) => tagRow(n, now())))
      .execute();
    const readers = hidden.map((n) => ({
      ...{ image_key: n + 1, kind: n % 20 === 0 ? "user" : "group", number: 2000 + (n % OWNERS), reason: "acl" },
    }));
    if (readers.length > 0) await trx.insertInto("image_access").values(readers).execute();
  });
}

function imageRow(n: number, at: number) {
  const id = n.toString(16).padStart(64, "0");
  const owner = 2000 + (n % OWNERS);
  return {
    ...{ key: n + 1, system: SYSTEM, id, itype: "docker", format: "squashfs", status: "READY", status_message: "" },
    ...{ private: n % PRIVATE_EVERY === 0 ? 1 : 0, owner_uid: owner, owner_gid: owner, owner_name: `u${owner}` },
    ...{
      digest: `sha256:${id}`,
      source: `registry.example/${tagOf(n)}`,
      bytes: 1_000_000_000,
      arch: "amd64",
      os: "linux",
    },
    env: JSON.stringify(["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8"]),
    ...{ entry: JSON.stringify(["/entrypoint.sh"]), cmd: JSON.stringify(["bash"]), workdir: "/work", labels: "{}" },
    ...{ created_at: at, last_pull: at, last_use: null, expires: at + 90 * 86_400 },
  };
}

function tagRow(n: number, at: number) {
  return {
    system: SYSTEM,
    itype: "docker",
    tag: tagOf(n),
    image_key: n + 1,
    moved_at: at,
    private: n % PRIVATE_EVERY === 0 ? 1 : 0,
  };
}
