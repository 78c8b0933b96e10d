import { expect, test } from "vitest";
import type { Advance, Operation } from "../../api/types.ts";
import { NOTHING, spoken, stepText, withNews } from "./progress.ts";

const pull = { action: "pull", service: "web", target: "nginx:1", why: "not there" } as const;
const news = (state: "begun" | "done" | "failed", detail?: string): Advance => ({
  kind: "step",
  step: pull,
  state,
  detail,
});

test("a step is brought on, not repeated", () => {
  const progress = [news("begun"), news("done")].reduce(withNews, NOTHING);
  expect(progress.steps.map(({ state }) => state)).toEqual(["done"]);
});

test("the same step after it ended is another one", () => {
  const progress = [news("begun"), news("failed", "gone"), news("begun")].reduce(withNews, NOTHING);
  expect(progress.steps.map(({ state, detail }) => [state, detail])).toEqual([
    ["failed", "gone"],
    ["begun", undefined],
  ]);
});

test("only phases and the end are spoken", () => {
  const operation = { kind: "up", state: "failed", message: "no room" } as Operation;
  const applying = withNews(NOTHING, { kind: "phase", phase: "applying" });
  expect(spoken(withNews(applying, news("begun")))).toBe("applying");
  expect(spoken(withNews(applying, { kind: "end", operation }))).toBe("up: failed, no room");
});

test("a step is a sentence", () => {
  expect(stepText(pull)).toBe("Pull nginx:1");
});
