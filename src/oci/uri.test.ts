import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseImageUri } from "./uri.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;

describe("what is a URI and what is a file name", () => {
  test.each([
    [
      "docker://alpine",
      { kind: "docker", reference: { registry: "docker.io", repository: "library/alpine", tag: "latest" } },
    ],
    ["DOCKER://host:5000/a/b:1", { kind: "docker", reference: { registry: "host:5000", repository: "a/b", tag: "1" } }],
    ["oras://host:1/a:1", { kind: "oras", reference: { registry: "host:1", repository: "a", tag: "1" } }],
    ["docker-archive:a.tar", { kind: "docker-archive", path: "a.tar" }],
    [
      "docker-archive:/x:y/a.tar.gz:host:5000/app:1",
      { kind: "docker-archive", path: "/x:y/a.tar.gz", image: "host:5000/app:1" },
    ],
    ["docker-archive:saved:app:1", { kind: "docker-archive", path: "saved", image: "app:1" }],
    ["docker-archive:a.tar:@1", { kind: "docker-archive", path: "a.tar", image: "@1" }],
    ["docker-archive://a.tar", { kind: "docker-archive", path: "a.tar" }],
    ["docker-archive:///a.tar", { kind: "docker-archive", path: "///a.tar" }],
    ["oci:dir", { kind: "oci", path: "dir" }],
    ["oci:/a/b:latest", { kind: "oci", path: "/a/b", tag: "latest" }],
    ["oci:/a:b/c", { kind: "oci", path: "/a:b/c" }],
    [`oci:dir@${DIGEST}`, { kind: "oci", path: "dir", digest: DIGEST }],
    ["oci-archive:a.tar:v1", { kind: "oci-archive", path: "a.tar", tag: "v1" }],
    ["docker-daemon:app:1", { kind: "docker-daemon", image: "app:1" }],
    ["docker-daemon:host:5000/app:1", { kind: "docker-daemon", image: "host:5000/app:1" }],
    ["https://host/x.sif", { kind: "http", url: "https://host/x.sif" }],
    ["instance://web", { kind: "instance", name: "web" }],
    ["image.sif", { kind: "file", path: "image.sif" }],
    ["docker", { kind: "file", path: "docker" }],
    ["docker:alpine", { kind: "file", path: "docker:alpine" }],
    ["what:ever", { kind: "file", path: "what:ever" }],
    ["/a/constructor:x", { kind: "file", path: "/a/constructor:x" }],
    ["constructor:x", { kind: "file", path: "constructor:x" }],
  ])("%s", (text, expected) => {
    expect(parseImageUri(text)).toEqual(expected);
  });
});

test.each([
  ["foo://x", "Unsupported transport type: foo"],
  ["constructor://x", "Unsupported transport type: constructor"],
  ["library://sylabs/tests/x", "library:// is not supported"],
  ["shub://a/b", "closed in 2021"],
  ["docker://", "names no image"],
  ["oci:", "names no image"],
  ["docker-daemon:app", "needs a name and a tag"],
  ["docker-daemon:host:5000/app", "needs a name and a tag"],
  ["docker-daemon:../etc:1", "needs a name and a tag"],
  [`oci:dir@sha256:abc`, "is not a digest"],
  ["docker://a b", ""],
  ["", "names no image"],
])("%s is refused: %s", (text, words) => {
  expect(() => parseImageUri(text)).toThrow(words);
});

test("no text makes it fail in another way than with one of berth's own failures", () => {
  const word = fc.constantFrom(
    "docker",
    "oci",
    "docker-archive",
    "docker-daemon",
    ":",
    "//",
    "@",
    "/",
    "a",
    "\0",
    " ",
    "sha256:",
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 10 }), (words) => {
      try {
        parseImageUri(words.join(""));
      } catch (error) {
        expect(error).toMatchObject({ name: "BerthError" });
      }
    }),
    { seed: 4, numRuns: 2000 },
  );
});
