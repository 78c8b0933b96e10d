import { expect, test } from "vitest";
import { at, withQuery } from "./address.ts";

test("a value cannot leave its place in a path", () => {
  expect(at`/v2/stacks/${"../x?y#z"}/logs`).toBe("/v2/stacks/..%2Fx%3Fy%23z/logs");
});

test("a path without values is itself", () => {
  expect(at`/v2/session`).toBe("/v2/session");
});

test("what is undefined or empty does not stand in the query", () => {
  expect(withQuery("/v2/stacks", { match: "", mine: true, after: undefined, limit: 5 })).toBe(
    "/v2/stacks?mine=true&limit=5",
  );
  expect(withQuery("/v2/stacks", { match: "" })).toBe("/v2/stacks");
});
