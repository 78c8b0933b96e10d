// What must hold for every text: no parser error, places inside the text, nothing lost, nothing said twice.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Range } from "../../base/source.ts";
import { parseDockerfile } from "./parse.ts";

const parse = (text: string) => parseDockerfile({ name: "Dockerfile", text });

const PIECES = [
  "FROM a AS b",
  "RUN x",
  "RUN",
  "ONBUILD ",
  "COPY a b",
  'CMD ["a", "b"]',
  "ENV A=1 B='",
  "ARG X",
  "HEALTHCHECK CMD",
  "--mount=type=cache",
  "<<EOF",
  "<<-'E F'",
  "EOF",
  "# comment",
  "# escape=`",
  "\uFEFF",
  '"',
  "'",
  "\\",
  "`",
  "\\\n",
  "`\n",
  "\r\n",
  "\n",
  "\n",
  "\t",
  " ",
  "((",
  "[",
  "é\u{1F600}",
];

const texts = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((pieces) => pieces.join("")),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((pieces) => pieces.join(" ")),
  fc.string({ unit: "binary", maxLength: 200 }),
);

const good = fc
  .array(
    fc.constantFrom(
      "RUN a \\\n  # c\n\n  b\n",
      "COPY a <<X /b\nRUN\n# x\nX\n",
      "# a comment\n",
      "\n",
      "  ENV A=1 \\\r\n B=2  \r\n",
      "\tCMD [ ]\n",
      "ONBUILD RUN <<-E\n\tx\n\tE\n",
      "LABEL a b c",
    ),
    { maxLength: 20 },
  )
  .map(
    (pieces) =>
      `\uFEFF# syntax=x\nFROM a\n${pieces.map((piece) => (piece.endsWith("\n") ? piece : `${piece}\n\n`)).join("")}`,
  );

function ordered(ranges: readonly Range[]): readonly Range[] {
  return [...ranges].sort((a, b) => a.start - b.start);
}

describe("the parser", () => {
  test("never throws, and names only places inside the text", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const { instructions, comments, directives, problems } = parse(text);
        const parts = ordered([...instructions, ...comments, ...directives].map(({ range }) => range));
        let end = 0;
        for (const range of parts) {
          expect(range.start).toBeGreaterThanOrEqual(end);
          expect(range.end).toBeGreaterThan(range.start);
          end = range.end;
        }
        expect(end).toBeLessThanOrEqual(text.length);
        for (const { range } of problems) {
          expect(range.start).toBeGreaterThanOrEqual(0);
          expect(range.end).toBeGreaterThanOrEqual(range.start);
          expect(range.end).toBeLessThanOrEqual(text.length);
        }
      }),
      { numRuns: 10_000, seed: 1 },
    );
  });

  test("takes every character of a text without mistakes that is no blank", () => {
    fc.assert(
      fc.property(good, (text) => {
        const { instructions, comments, directives, problems } = parse(text);
        expect(problems).toEqual([]);
        let at = 0;
        let between = "";
        for (const { start, end } of ordered([...instructions, ...comments, ...directives].map(({ range }) => range))) {
          between += text.slice(at, start);
          at = end;
        }
        expect(`${between}${text.slice(at)}`.replace(/[\s\uFEFF]/g, "")).toBe("");
      }),
      { numRuns: 500, seed: 2 },
    );
  });

  test("needs time in proportion to the text", () => {
    const text = `FROM a\n${"RUN apt-get update && \\\n  apt-get install -y --no-install-recommends gcc\n".repeat(5_000)}`;
    parse(text);
    expect(parse(text).instructions).toHaveLength(5_001);
  });

  test("is not held up by hostile texts", () => {
    const hostile = [
      `FROM a\nRUN ${"x ".repeat(200_000)}`,
      `FROM a\nRUN ${" ".repeat(200_000)}x`,
      `FROM a\n${"ONBUILD ".repeat(50_000)}<<`,
      `FROM a\nRUN ${"\\\n".repeat(100_000)}x`,
      `FROM a\nRUN ${"<<A ".repeat(2_000)}\n`,
      `FROM a\nENV ${"A=".repeat(100_000)}`,
      `FROM a\n${"Q".repeat(200_000)} x`,
      `#${" ".repeat(100_000)}x`,
      `# a=${" ".repeat(100_000)}`,
    ];
    for (const text of hostile) parse(text);
  });
});
