import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BerthError } from "../base/errors.ts";
import { formatReference, parseReference, type Reference } from "./reference.ts";

const SHA = `sha256:${"a".repeat(64)}`;

describe("what short and long names mean", () => {
  test.each([
    ["alpine", "docker.io/library/alpine:latest"],
    ["alpine:3.20", "docker.io/library/alpine:3.20"],
    ["biocontainers/samtools", "docker.io/biocontainers/samtools:latest"],
    ["index.docker.io/alpine", "docker.io/library/alpine:latest"],
    ["registry.example/org/tool:1.2", "registry.example/org/tool:1.2"],
    ["localhost/x", "localhost/x:latest"],
    ["host:5000/a/b", "host:5000/a/b:latest"],
    ["Host.Example:5000/a/b", "host.example:5000/a/b:latest"],
    ["[::1]:5000/x", "[::1]:5000/x:latest"],
    ["[2001:db8::7]/x:y", "[2001:db8::7]/x:y"],
    ["host:5000", "docker.io/library/host:5000"],
    [`alpine@${SHA}`, `docker.io/library/alpine@${SHA}`],
    [`host/a:v1@${SHA}`, `docker.io/host/a:v1@${SHA}`],
    ["a__b/c-d.e---f", "docker.io/a__b/c-d.e---f:latest"],
  ])("%s is %s", (text, full) => {
    expect(formatReference(parseReference(text))).toBe(full);
  });
});

describe("what is said of malformed names, and where the caret points", () => {
  test.each([
    ["", "E_REFERENCE_EMPTY", undefined],
    ["docker://alpine", "E_REFERENCE_SCHEME", 0],
    ["Alpine", "E_REFERENCE_UPPERCASE", 0],
    ["registry.example/Org/x", "E_REFERENCE_UPPERCASE", 17],
    ["a//b", "E_REFERENCE_PATH", 2],
    ["a..b", "E_REFERENCE_PATH", 2],
    ["a/b-", "E_REFERENCE_PATH", 4],
    ["a/", "E_REFERENCE_PATH", 2],
    ["Org/x", "E_REFERENCE_UPPERCASE", 0],
    ["registry.example/", "E_REFERENCE_PATH", 17],
    ["-a", "E_REFERENCE_PATH", 1],
    ["a b", "E_REFERENCE_PATH", 1],
    ["alpine:", "E_REFERENCE_TAG", 7],
    ["alpine:-x", "E_REFERENCE_TAG", 7],
    ["alpine:a+b", "E_REFERENCE_TAG", 8],
    [`alpine:${"x".repeat(129)}`, "E_REFERENCE_TAG", 135],
    ["alpine@", "E_REFERENCE_DIGEST", 7],
    ["alpine@md5:ff", "E_REFERENCE_DIGEST", 7],
    [`alpine@${SHA.slice(0, -1)}`, "E_REFERENCE_DIGEST", 7 + SHA.length - 1],
    [`alpine@${SHA.slice(0, -1)}G`, "E_REFERENCE_DIGEST", 7 + SHA.length - 1],
    [`alpine@${SHA}0`, "E_REFERENCE_DIGEST", 7 + SHA.length],
    ["host:99999/x", "E_REFERENCE_PORT", 5],
    ["host:/x", "E_REFERENCE_PORT", 5],
    ["a_b.c/x", "E_REFERENCE_HOST", 0],
    ["[::zz]/x", "E_REFERENCE_HOST", 0],
    ["[:::1]/x", "E_REFERENCE_HOST", 1],
    ["[::1]:5000", "E_REFERENCE_HOST", 0],
    ["x".repeat(300), "E_REFERENCE_LENGTH", undefined],
    ["x".repeat(3000), "E_REFERENCE_LENGTH", undefined],
  ])("%s: %s at %s", (text, code, column) => {
    const error = failureOf(text);
    expect(error.code).toBe(code);
    const caret = error.message.split("\n").at(-1) ?? "";
    if (column !== undefined) expect(caret).toBe(`${" ".repeat(4 + column)}^`);
  });

  test("control characters are shown as escapes, and the caret stays under its place", () => {
    const [, shown, caret] = failureOf("a\x1b[31mb").message.split("\n");
    expect(shown).toBe("    a\\u{1b}[31mb");
    expect(caret).toBe("     ^");
  });
});

test("every valid reference comes back from its text unchanged", () => {
  fc.assert(
    fc.property(references(), (reference) => {
      expect(parseReference(formatReference(reference))).toEqual(reference);
    }),
    { seed: 7, numRuns: 500 },
  );
});

test("any text is either a reference that round-trips or a failure of berth, soon", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-zA-Z0-9:/@._[\]-]{0,80}$/)), (text) => {
      let parsed: Reference;
      try {
        parsed = parseReference(text);
      } catch (error) {
        expect(error).toBeInstanceOf(BerthError);
        return;
      }
      expect(parseReference(formatReference(parsed))).toEqual(parsed);
    }),
    { seed: 11, numRuns: 2000 },
  );
});

function failureOf(text: string): BerthError {
  try {
    parseReference(text);
  } catch (error) {
    if (error instanceof BerthError) return error;
    throw error;
  }
  throw new Error(`${text} was accepted`);
}

function references(): fc.Arbitrary<Reference> {
  const part = fc.stringMatching(/^[a-z0-9]{1,6}((\.|_|__|-{1,3})[a-z0-9]{1,4}){0,2}$/);
  const registry = fc.oneof(
    fc.constantFrom("docker.io", "localhost", "[::1]:5000", "registry.example"),
    fc.stringMatching(/^[a-z0-9]{1,8}\.[a-z]{2,6}(:[1-9][0-9]{0,3})?$/),
  );
  const tag = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,30}$/);
  const digest = fc.stringMatching(/^sha256:[0-9a-f]{64}$/);
  return fc
    .tuple(
      registry,
      fc.array(part, { minLength: 2, maxLength: 4 }),
      tag,
      digest,
      fc.constantFrom("tag", "digest", "both"),
    )
    .map(([host, parts, tagText, digestText, kind]) => ({
      registry: host,
      repository: parts.join("/"),
      ...(kind === "digest" ? {} : { tag: tagText }),
      ...(kind === "tag" ? {} : { digest: digestText as NonNullable<Reference["digest"]> }),
    }));
}
