import { expect, test } from "vitest";
import { errorReport } from "./report.ts";
import { terminalLog } from "./terminal-log.ts";

test("what is quoted from elsewhere is shown without what a terminal would obey", () => {
  const said: string[] = [];
  const log = terminalLog(
    "normal",
    () => false,
    (line) => said.push(line),
  );
  log.info("Stopping \x1b]0;x\x07 of \x9b2J\ttab\nline");
  expect(said).toEqual(["INFO:    Stopping ?]0;x? of ?2J\ttab\nline\n"]);
});

test("neither do the causes of a failure reach the terminal as they are", () => {
  const report = errorReport(new Error("outer \x1b[2J", { cause: new Error("inner") }), { color: false, debug: false });
  expect(report).toContain("outer ?[2J");
});
