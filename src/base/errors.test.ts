import { expect, test } from "vitest";
import { defineErrors } from "./errors.ts";

const fail = defineErrors({ E_NAME: { text: "{name} is bad", hint: "look at {name} and {other}" } });

test("names are shown without what a terminal would obey, the one-byte introducers behind ASCII included", () => {
  const error = fail("E_NAME", { name: "a\x1b[2J\x9b1m\x7f\tb" });
  expect(error.message).toBe("a\\x1b[2J\\x9b1m\\x7f\tb is bad");
});

test("what a field says is never filled in again, and a missing field stays as it stands", () => {
  expect(fail("E_NAME", { name: "{other}" }).hint).toBe("look at {other} and {other}");
});
