import { expect, test } from "vitest";
import type { UsageSample } from "../../api/types.ts";
import { newest, seriesOf } from "./series.ts";

test("replicas of a service are added up at one moment", () => {
  const samples = [
    sample(10, "web", 1, { cpu: 0.5 }),
    sample(11, "web", 2, { cpu: 0.25 }),
    sample(20, "db", 1, { cpu: 1 }),
  ];
  expect(seriesOf(samples, "cpu")).toEqual({
    services: ["db", "web"],
    times: [10, 20],
    values: [
      [null, 1],
      [0.75, null],
    ],
  });
});

test("what only grows becomes a rate, and a new container begins anew", () => {
  const samples = [100, 600, 50, 150].map((receivedBytes, index) => sample(index * 10, "web", 1, { receivedBytes }));
  expect(seriesOf(samples, "received")).toMatchObject({ times: [10, 30], values: [[50, 10]] });
});

test("the newest value is the last that is known", () => {
  expect(
    newest({
      services: ["a", "b"],
      times: [1, 2],
      values: [
        [3, null],
        [null, null],
      ],
    }),
  ).toEqual([
    ["a", 3],
    ["b", undefined],
  ]);
});

function sample(at: number, service: string, slot: number, more: Partial<UsageSample>): UsageSample {
  const nothing = { cpuSeconds: 0, memoryBytes: 0, memoryLimitBytes: 0, receivedBytes: 0, sentBytes: 0, pids: 1 };
  return { at, service, slot, ...nothing, ...more };
}
