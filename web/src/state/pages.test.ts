import { expect, test } from "vitest";
import { matchPath } from "./pages.ts";

const PATTERNS = ["/", "/stacks/:stack", "/stacks/:stack/services/:service/shell"];

test("an address names its page and what it shows", () => {
  expect(matchPath(PATTERNS, "/")).toEqual({ pattern: "/", values: {} });
  expect(matchPath(PATTERNS, "/stacks/rover/services/db/shell")).toEqual({
    pattern: "/stacks/:stack/services/:service/shell",
    values: { stack: "rover", service: "db" },
  });
});

test("what is escaped in an address is read back", () => {
  expect(matchPath(PATTERNS, "/stacks/a%2Fb")?.values).toEqual({ stack: "a/b" });
});

test("an address that is none is no page", () => {
  expect(matchPath(PATTERNS, "/stacks/")).toBeUndefined();
  expect(matchPath(PATTERNS, "/stacks/%E0%A4%A")).toBeUndefined();
  expect(matchPath(PATTERNS, "/nowhere")).toBeUndefined();
});
