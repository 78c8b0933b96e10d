import { expect, test } from "vitest";
import { licenceExpression } from "./licence.ts";

test.each(["+", "+ AND MIT", "MIT AND +", "(+)", "and", "()", "MIT (", "a".repeat(999), "(0".repeat(499)])(
  "words that are nobody's licence give no expression, and stop nothing: %s",
  (words) => expect(licenceExpression(words)).toBeUndefined(),
);

test("words of thousands of signs are given up at the first that means nothing", () => {
  const words = Array.from({ length: 250 }, (_, at) => `qq${at}`).join("(");
  for (let times = 0; times < 500; times += 1) expect(licenceExpression(words.slice(times))).toBeUndefined();
});
