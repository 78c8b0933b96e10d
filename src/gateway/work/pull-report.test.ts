import { expect, test } from "vitest";
import { silent } from "../../base/log.ts";
import type { Progress } from "../types.ts";
import { PullReport } from "./pull-report.ts";

type Written = readonly [status: string, text: string, progress: Progress];

function reporting(answer: (count: number) => boolean | Error = () => false) {
  const written: Written[] = [];
  const clock = { now: 100 };
  const stop = { times: 0 };
  const { promise: first, resolve } = Promise.withResolvers<void>();
  const queue = {
    async progress(_id: string, status: string, text: string, progress: Progress) {
      written.push([status, text, progress]);
      resolve();
      const said = answer(written.length);
      if (said instanceof Error) throw said;
      return { cancelled: said };
    },
  };
  const cancelled = () => {
    stop.times += 1;
  };
  const report = new PullReport({ queue, id: "1", status: "PULLING", log: silent, now: () => clock.now, cancelled });
  return { report, written, clock, stop, first };
}

test("changes are written with the bytes of the last seconds as the rate", async () => {
  const { report, written, clock, first } = reporting();
  report.bytes(0, 1000);
  clock.now += 2;
  report.bytes(500, 1000);
  report.stage("PULLING", "Pulling layer x");
  await first;
  await report.close();
  expect(written[0]).toEqual(["PULLING", "Pulling layer x", { done: 500, total: 1000, rate: 250 }]);
});

test("who hears that it was cancelled is told", async () => {
  const { report, stop, first } = reporting(() => true);
  report.stage("PULLING", "x");
  await first;
  await report.close();
  expect(stop.times).toBe(1);
});

test("a database that is away for a moment stops nothing", async () => {
  const { report, stop, first } = reporting(() => new Error("away"));
  report.stage("PULLING", "x");
  await first;
  await report.close();
  expect(stop.times).toBe(0);
});

test("nothing is written, and nobody cancelled, once the pull was left to another", async () => {
  const { report, written, stop } = reporting(() => true);
  report.stage("PULLING", "x");
  await report.quietly(async () => report.leave());
  await report.close();
  expect(written).toEqual([]);
  expect(stop.times).toBe(0);
});
