// Lists of stacks over a database with ten thousand of them: a page, a thousand of one owner, a search, and those that somebody should look at.

import { FRED, ModelDriver, openModelStacks, wish } from "../../src/services/stacks/testing.ts";
import type { StackFilter } from "../../src/services/stacks/types.ts";
import type { Store } from "../../src/store/store.ts";
import { openMemoryStore } from "../../src/store/testing.ts";
import { median, type Result } from "../table.ts";

const STACKS = 10_000;

const QUESTIONS: readonly (readonly [name: string, filter: StackFilter, limit: number])[] = [
  ["berth, a page of 100", {}, 100],
  ["berth, 1,000 of one owner", { owner: "fred" }, 1000],
  ["berth, a part of a name", { text: "s77" }, 100],
  ["berth, those that need attention: none", { attention: true }, 100],
];

/** 10,000 stacks in SQLite. */
export async function stackList(rounds: number): Promise<Result> {
  const store = await openMemoryStore();
  const stacks = openModelStacks(store, new ModelDriver());
  try {
    const answer = await stacks.up(wish("rover", "services: { web: { image: 'a:1' } }"), FRED);
    if (!answer.begun) throw new Error("the model's stack was refused");
    await stacks.ended(answer.deployment.id);
    await multiply(store);
    const rows = [];
    for (const [name, filter, limit] of QUESTIONS) {
      const times: number[] = [];
      for (let round = 0; round < rounds * 5; round++) {
        const begin = performance.now();
        await stacks.list(filter, { limit });
        times.push(performance.now() - begin);
      }
      rows.push({ name, figures: [median(times), Math.max(...times)] });
    }
    return { title: `Lists among ${STACKS} stacks`, columns: ["median [ms]", "longest [ms]"], rows, notes: [] };
  } finally {
    await stacks.close();
    await store.close();
  }
}

async function multiply({ db }: Store): Promise<void> {
  const row = await db.selectFrom("stacks").selectAll().where("name", "=", "rover").executeTakeFirstOrThrow();
  const rows = Array.from({ length: STACKS }, (_, index) => ({ ...row, name: `s${index}` }));
  // Stopped by their owners: nothing is wrong with any, so that all must be looked at to know.
  const will = { service: "web", replicas: null, halted: "stopped", reason: null, at: 0 };
  for (let at = 0; at < STACKS; at += 500) {
    const some = rows.slice(at, at + 500);
    await db.insertInto("stacks").values(some).execute();
    await db
      .insertInto("stack_services")
      .values(some.map(({ name }) => ({ ...will, stack: name })))
      .execute();
  }
}
