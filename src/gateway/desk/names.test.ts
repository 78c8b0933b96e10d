import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { normalName } from "./names.ts";

function tagOf(tag: string, itype = "docker"): string {
  return normalName({ system: "alpha", itype, tag }).tag;
}

describe("a name", () => {
  test.each([
    ["ubuntu", "ubuntu:latest"],
    ["ubuntu:22.04", "ubuntu:22.04"],
    ["site/tool", "site/tool:latest"],
    ["site/tool/", "site/tool:latest"],
    ["localhost:5000/tool", "localhost:5000/tool:latest"],
    ["localhost:5000/tool:1", "localhost:5000/tool:1"],
    [`tool@sha256:${"0".repeat(64)}`, `tool@sha256:${"0".repeat(64)}`],
    ["namen/mit-ä:1", "namen/mit-ä:1"],
  ])("%s means %s", (given, meant) => {
    expect(tagOf(given)).toBe(meant);
  });

  test("gets the default tag whatever its type (1.3)", () => {
    for (const itype of ["docker", "custom", "other"]) expect(tagOf("foo", itype)).toBe("foo:latest");
  });

  test.each(["", "/", "a b", "a\nb", "a\0", "a\u202eb", "x".repeat(513)])("%j is refused", (tag) => {
    expect(() => tagOf(tag)).toThrow(expect.objectContaining({ code: "E_GATEWAY_TAG", http: 400 }));
  });

  test.each(["", "a/b", "a b", "x".repeat(40), "../x"])("has no type %j", (itype) => {
    expect(() => tagOf("a:1", itype)).toThrow(expect.objectContaining({ code: "E_GATEWAY_TYPE", http: 400 }));
  });

  test("that is normal stays as it is", () => {
    const characters = fc.constantFrom(..."ab:/@.-_09");
    fc.assert(
      fc.property(fc.string({ unit: characters, minLength: 1, maxLength: 30 }), (tag) => {
        fc.pre(/[^/]/.test(tag));
        return tagOf(tagOf(tag)) === tagOf(tag);
      }),
      { numRuns: 500, seed: 3 },
    );
  });
});
