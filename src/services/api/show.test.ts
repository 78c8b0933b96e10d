import { expect, test } from "vitest";
import { shownPlace } from "./show.ts";

test("the lines that are shown of a place hold no values of secrets", () => {
  const text = "services:\n  web:\n    environment:\n      DB_PASSWORD: hunter2\n      A: b\n";
  const start = text.indexOf("A: b");
  const { frame, line } = shownPlace({ source: { name: "compose.yaml", text }, range: { start, end: start + 4 } });
  expect(line).toBe(5);
  expect(frame).toContain("DB_PASSWORD: *******");
});
