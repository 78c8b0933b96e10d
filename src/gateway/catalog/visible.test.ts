// The read check (spec/shifter.md 10.6, case 126), and that lists agree with it whatever is asked: nothing shown to whom
// it may not be, nothing left out, nothing told twice.

import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Store } from "../../store/store.ts";
import { openMemoryStore } from "../../store/testing.ts";
import type { Eyes } from "../records.ts";
import { mayRead, type Readers, seesTag } from "./access.ts";
import { makeCatalog } from "./catalog.ts";
import type { GatewayCatalog } from "./gateway-catalog.ts";

const NOBODY: Readers = { owner: undefined, users: [], groups: [], pullers: [] };
const ASKING: Eyes = { uid: 500, gids: [500, 70] };

describe("the read check", () => {
  test.each<[string, boolean, Partial<Readers>, boolean]>([
    ["no lists", true, {}, true],
    ["public with lists of others", false, { users: [1], groups: [2] }, true],
    ["his number in the list", true, { users: [1, 500] }, true],
    ["others' numbers in the list", true, { users: [1] }, false],
    ["one of his groups in the list", true, { groups: [2, 70] }, true],
    ["other groups in the list", true, { groups: [2] }, false],
    ["his group's number as a user's", true, { users: [70] }, false],
    ["users of others, but a group of his", true, { users: [1], groups: [70] }, true],
    ["the owner himself, not in the lists", true, { users: [1], owner: { uid: 500, gid: 1, user: "u" } }, true],
    ["his own login opened it", true, { users: [1], pullers: [500] }, true],
  ])("of a private or public image: %s (case 126)", (_title, isPrivate, readers, expected) => {
    expect(mayRead({ private: isPrivate, readers: { ...NOBODY, ...readers } }, ASKING)).toBe(expected);
  });

  test("shows nobody in particular what is public, even where a private image has no lists", () => {
    const eyes = { uid: undefined, gids: [] };
    expect(mayRead({ private: true, readers: NOBODY }, eyes)).toBe(false);
    expect(mayRead({ private: false, readers: NOBODY }, eyes)).toBe(true);
  });
});

const id = fc.integer({ min: 1, max: 6 });
const image = fc.record({
  isPrivate: fc.boolean(),
  owner: fc.option(id),
  users: fc.uniqueArray(id, { maxLength: 2 }),
  groups: fc.uniqueArray(id, { maxLength: 2 }),
  pullers: fc.uniqueArray(id, { maxLength: 2 }),
  tags: fc.array(fc.record({ name: fc.constantFrom("a", "b_", "c%", "ab"), secret: fc.boolean() }), { maxLength: 3 }),
  status: fc.constantFrom("READY", "READY", "READY", "EXPIRED", "QUARANTINED"),
});
type Sample = typeof image extends fc.Arbitrary<infer T> ? T : never;

const eyes: fc.Arbitrary<Eyes> = fc.oneof(
  fc.constant<Eyes>("all"),
  fc.constant<Eyes>({ uid: undefined, gids: [] }),
  fc.record({ uid: id, gids: fc.uniqueArray(id, { maxLength: 3 }) }),
);

describe("lists", () => {
  let store: Store;
  let catalog: GatewayCatalog;

  beforeAll(async () => {
    store = await openMemoryStore();
    const quota = { bytes: undefined, images: undefined };
    const config = { expirationMs: 1000, privateDefault: "owner", lookupsKept: false, quota } as const;
    catalog = makeCatalog({ store, config });
  });
  beforeEach(() => store.db.deleteFrom("images").execute());
  afterAll(async () => {
    await catalog.close();
    await store.close();
  });

  async function fill(samples: readonly Sample[]): Promise<void> {
    await store.transaction(async (trx) => {
      await trx.deleteFrom("images").execute();
      for (const [i, sample] of samples.entries()) {
        const { key } = await trx
          .insertInto("images")
          .values(rowOf(sample, i))
          .returning("key")
          .executeTakeFirstOrThrow();
        const access = (kind: string, reason: string) => (number: number) => ({ image_key: key, kind, number, reason });
        const rows = [
          ...sample.users.map(access("user", "acl")),
          ...sample.groups.map(access("group", "acl")),
          ...sample.pullers.map(access("user", "pull")),
        ];
        if (rows.length > 0) await trx.insertInto("image_access").values(rows).execute();
        for (const [j, { name, secret }] of sample.tags.entries()) {
          const tag = { system: "alpha", itype: "docker", tag: `${name}${i}:${j}`, image_key: key, moved_at: 0 };
          await trx
            .insertInto("tags")
            .values({ ...tag, private: secret ? 1 : 0 })
            .execute();
        }
      }
    });
  }

  test("are what the read check lets through, in pages of any size", async () => {
    const pages = fc.integer({ min: 1, max: 9 });
    const parts = fc.constantFrom(undefined, "a", "b_", "c%", "_", "%", "zz");
    await fc.assert(
      fc.asyncProperty(fc.array(image, { maxLength: 25 }), eyes, pages, parts, fc.boolean(), async (...given) => {
        const [samples, asking, limit, match, mine] = given;
        await fill(samples);
        const all = (await catalog.list({ system: "alpha" }, "all")).items;
        const expected = all.flatMap((stored) => {
          if (!mayRead(stored, asking)) return [];
          const tags = stored.tags.filter((tag) => seesTag(stored, tag, asking));
          if (match && !tags.some((tag) => tag.includes(match))) return [];
          if (mine && (asking === "all" || stored.owner?.uid !== asking.uid || asking.uid === undefined)) return [];
          return [{ id: stored.id, tags }];
        });
        const shown: unknown[] = [];
        let after: string | undefined;
        do {
          const page = await catalog.list({ system: "alpha", limit, after, match, mine }, asking);
          expect(page.items.length).toBeLessThanOrEqual(limit);
          shown.push(...page.items.map((item) => ({ id: item.id, tags: item.tags })));
          after = page.next;
        } while (after !== undefined);
        expect(shown).toEqual(expected);
      }),
      { numRuns: 60, seed: 7 },
    );
  });

  test("tell everything that stays once, while other images come and go between the pages", async () => {
    const samples = fc.array(image, { minLength: 8, maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(samples, fc.array(fc.nat(24), { maxLength: 6 }), async (given, gone) => {
        await fill(given);
        const before = (await catalog.list({ system: "alpha" }, "all")).items;
        const told: string[] = [];
        let after: string | undefined;
        do {
          const page = await catalog.list({ system: "alpha", limit: 3, after }, "all");
          told.push(...page.items.map((item) => item.id));
          after = page.next;
          const victim = gone.length > 0 ? before[(gone.pop() ?? 0) % Math.max(before.length, 1)] : undefined;
          if (victim) await catalog.setStatus(victim.key, "EXPIRED", "");
        } while (after !== undefined);
        expect(new Set(told).size).toBe(told.length);
        const stayed = (await catalog.list({ system: "alpha" }, "all")).items.map((item) => item.id);
        expect(stayed.filter((one) => !told.includes(one))).toEqual([]);
      }),
      { numRuns: 25, seed: 7 },
    );
  });
});

function rowOf({ isPrivate, owner, status }: Sample, i: number) {
  const run = { env: "[]", entry: "null", cmd: "null", workdir: null, labels: "{}", arch: "amd64", os: "linux" };
  return {
    ...{ system: "alpha", id: `f${i}`, itype: "docker", format: "squashfs", status, status_message: "" },
    ...{ private: isPrivate ? 1 : 0, owner_uid: owner, owner_gid: owner, owner_name: owner === null ? null : "u" },
    ...{ digest: `sha256:f${i}`, source: "", bytes: 1, ...run },
    ...{ created_at: 0, last_pull: 0, last_use: null, expires: null },
  };
}
