// Recipes that nobody writes by hand: a lint of any text that may come has to end. What takes more than linear time does not,
// before the time of a test is over.

import { describe, expect, test } from "vitest";
import { viewRecipe } from "./recipe-view.ts";

const many = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, at) => line(at)).join("");

function viewed(text: string) {
  return viewRecipe({ name: "Dockerfile", text }, "dockerfile");
}

describe("A recipe", () => {
  test("with 50,000 variables is viewed, and all are known behind them", () => {
    const view = viewed(`FROM a\n${many(50_000, (at) => `ENV N${at}=${at}\n`)}RUN echo $N49999\n`);
    expect(view.stages[0]?.environment.size).toBe(50_000);
    expect(view.stages[0]?.steps.at(-1)?.scripts[0]?.commands[0]?.words[0]?.value).toBe("49999");
  });

  test("whose values double line by line is viewed without them", () => {
    const view = viewed(`FROM a\nENV A=0123456789\n${many(60, () => "ENV A=$A$A\n")}ENV B=$A\n`);
    expect(view.stages[0]?.environment.get("B")).toBeUndefined();
  });

  test("whose replacements would make gigabytes is viewed without them", () => {
    const long = "x".repeat(60_000);
    const view = viewed(`FROM a\nENV A=${long} B=${long}\nENV C=\${A//x/$B}\nRUN echo "\${A//x/$B}"\n`);
    expect(view.stages[0]?.environment.get("C")).toBeUndefined();
    expect(view.stages[0]?.steps.at(-1)?.scripts[0]?.commands[0]?.words[0]?.value).toBeUndefined();
  });

  test("of 30,000 stages, each on the one above, is viewed", () => {
    const view = viewed(`FROM a AS s0\n${many(30_000, (at) => `FROM s${at} AS s${at + 1}\n`)}`);
    expect(view.chain).toHaveLength(30_001);
  });
});

describe("A command is viewed", () => {
  test.each([
    ["in JSON form with 100,000 words", `CMD ${JSON.stringify(Array.from({ length: 100_000 }, () => "a"))}\n`],
    ["behind env with 250,000 assignments", `RUN env ${"A=b ".repeat(250_000)}c\n`],
  ])("%s", (_, line) => {
    const view = viewed(`FROM a\n${line}`);
    expect(view.stages[0]?.steps[0]?.scripts[0]?.commands[0]?.name).toMatch(/^[ac]$/);
  });
});
