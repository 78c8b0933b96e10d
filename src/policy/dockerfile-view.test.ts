import { describe, expect, test } from "vitest";
import { parseDockerfile } from "../recipe/dockerfile/parse.ts";
import { finalChain } from "./dockerfile-view.ts";

function chainOf(text: string): readonly string[] {
  return finalChain(parseDockerfile({ name: "Dockerfile", text })).map(({ range }) =>
    text.slice(range.start, range.end),
  );
}

describe("The final chain", () => {
  test("has the stages below the last one, the lowest first, and no other", () => {
    expect(chainOf("FROM x AS a\nRUN 1\nFROM y AS b\nRUN 2\nFROM A AS c\nRUN 3\nFROM c\nRUN 4\n")).toEqual([
      "RUN 1",
      "RUN 3",
      "RUN 4",
    ]);
  });

  test("takes of two stages with one name the one that stands last above", () => {
    expect(chainOf("FROM x AS a\nRUN 1\nFROM a AS a\nRUN 2\nFROM a\nRUN 3\n")).toEqual(["RUN 1", "RUN 2", "RUN 3"]);
  });

  test("does not take a stage for its own base", () => {
    expect(chainOf("FROM a AS a\nRUN 1\n")).toEqual(["RUN 1"]);
  });

  test("is found for 20,000 stages, each on the one above, and for 150,000 instructions of one stage", () => {
    const stages = Array.from({ length: 20_000 }, (_, at) => `FROM s${at} AS s${at + 1}\nRUN x\n`).join("");
    expect(chainOf(`FROM x AS s0\n${stages}`)).toHaveLength(20_000);
    expect(chainOf(`FROM x AS a\n${"RUN x\n".repeat(150_000)}FROM a\n`)).toHaveLength(150_000);
  });
});
