// The records of containers, timers and use in both databases.

import { describe, expect, test } from "vitest";
import { SpinBook } from "../../src/services/containers/book.ts";
import { NO_PORTS, type SpinContainer } from "../../src/services/containers/record.ts";
import { IdleBook } from "../../src/services/idle/idle-book.ts";
import { storeChoices } from "../support/stores.ts";

const CONTAINER: SpinContainer = {
  ...{ id: "a", name: "calm_bay", image: "sd/app", status: "running", active: "0", reportedAt: undefined, run: 5.25 },
  ...{ ports: { ssh: 22_001, app: 22_002, others: { "8080/tcp": 22_003 } }, createdAt: 1.5 },
};
const NOW = 1_800_000_000;

describe.each(storeChoices())("in $kind", (choice) => {
  test.skipIf(choice.skip)("containers and their timers are as they were written", async () => {
    const book = new SpinBook(await choice.open(), "here");
    await book.put(CONTAINER, NOW);
    expect(await book.all()).toEqual([CONTAINER]);
    await book.report("a", "3", NOW + 1);
    await book.setPorts({ ...CONTAINER, ports: NO_PORTS });
    expect(await book.all()).toEqual([{ ...CONTAINER, ports: NO_PORTS, active: "3", reportedAt: NOW + 1 }]);
    await book.moveTimes(-86_400);
    const timer = { container: "a", run: 5.25, due: NOW - 86_400, final: false };
    expect(await book.due(NOW, 10)).toEqual([timer]);
    expect(await book.again(timer, { due: NOW + 60, final: true })).toBe(true);
    expect(await book.again(timer, { due: NOW + 90, final: true })).toBe(false);
    await book.notBefore(NOW + 70);
    expect(await book.nextDue()).toBe(NOW + 70);
    await book.dropTimer(timer);
    await book.armMissing(NOW + 80);
    await book.armMissing(NOW + 90);
    expect(await book.nextDue()).toBe(NOW + 80);
    await book.forget("a");
    expect([await book.all(), await book.nextDue()]).toEqual([[], undefined]);
  });

  test.skipIf(choice.skip)("the use of services is written in batches, and timelines are bounded", async () => {
    const book = new IdleBook(await choice.open());
    const uses = Array.from({ length: 1200 }, (_, index) => {
      return { stack: `s${index}`, service: "web", lastUse: NOW + index, asleepSince: undefined };
    });
    await book.write(uses, []);
    await book.write([{ stack: "s7", service: "web", lastUse: undefined, asleepSince: NOW }], []);
    const kept = await book.all();
    expect(kept).toHaveLength(1200);
    expect(kept.find(({ stack }) => stack === "s7")).toEqual({
      ...{ stack: "s7", service: "web", lastUse: undefined, asleepSince: NOW },
    });
    const span = (at: number) =>
      ({ stack: "s1", service: "web", at: NOW + at, activity: "idle", because: "x" }) as const;
    await book.write(
      [],
      Array.from({ length: 100 }, (_, index) => span(index)),
    );
    expect(await book.spans("s1", "web", NOW + 90.5, 50)).toEqual(
      Array.from({ length: 10 }, (_, index) => span(90 + index)),
    );
    await book.trim("s1", "web", 20);
    expect((await book.spans("s1", "web", 0, 500)).map(({ at }) => at - NOW)).toEqual(
      Array.from({ length: 20 }, (_, index) => 80 + index),
    );
    await book.forgetBefore(NOW + 95);
    expect(await book.spans("s1", "web", 0, 500)).toHaveLength(5);
    await book.forget("s1", "web");
    expect(await book.spans("s1", "web", 0, 500)).toEqual([]);
  });
});
