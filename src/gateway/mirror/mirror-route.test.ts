// What clients' paths mean, and that no path leads anywhere but to the site's registries.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BerthError } from "../../base/errors.ts";
import { formatReference } from "../../oci/reference.ts";
import type { LocationConfig } from "../../site/gateway-config.ts";
import { parseMirrorRoute } from "./mirror-route.ts";
import { upstreamsOf } from "./upstreams.ts";

const location = (name: string, url: string): readonly [string, LocationConfig] => [
  name,
  { name, url, caFile: undefined, authMethod: "token" },
];
const upstreams = upstreamsOf({
  locations: new Map([
    location("docker.io", "https://registry-1.docker.io"),
    location("quay", "https://quay.io"),
    location("local", "http://10.0.0.1:5000"),
  ]),
  defaultLocation: "docker.io",
});
const DIGEST = `sha256:${"a".repeat(64)}`;

describe("a path of the mirror", () => {
  test.each([
    ["/v2/library/alpine/manifests/3", undefined, "docker.io/library/alpine:3"],
    ["/v2/alpine/manifests/3", undefined, "docker.io/library/alpine:3"],
    ["/v2/docker.io/library/alpine/manifests/3", undefined, "docker.io/library/alpine:3"],
    ["/v2/registry-1.docker.io/alpine/manifests/3", undefined, "docker.io/library/alpine:3"],
    [`/v2/quay/a/b/manifests/${DIGEST}`, undefined, `quay.io/a/b@${DIGEST}`],
    ["/v2/quay.io/a/b/manifests/1", undefined, "quay.io/a/b:1"],
    ["/v2/a/b/manifests/1", "quay.io", "quay.io/a/b:1"],
    ["/v2/quay/b/manifests/1", "docker.io", "docker.io/quay/b:1"],
    ["/v2/local/manifests/manifests/manifests", undefined, "10.0.0.1:5000/manifests:manifests"],
    ["/v2/a/b/manifests/1", "10.0.0.1:5000", "10.0.0.1:5000/a/b:1"],
  ])("%s with ns %s means %s", (path, ns, meaning) => {
    const route = parseMirrorRoute(path, ns, upstreams);
    expect(route.kind === "manifest" && formatReference(route.reference)).toBe(meaning);
  });

  test.each([
    ["/v2/example.org/a/manifests/1", undefined],
    ["/v2/127.0.0.1:22/a/manifests/1", undefined],
    ["/v2/a/manifests/1", "example.org"],
    ["/v2/a/manifests/1", "quay.io@example.org"],
    ["/v2/a/manifests/1", ""],
    ["/v2/a/../b/manifests/1", undefined],
    ["/v2/a/blobs/sha256:1", undefined],
    ["/v2//manifests/1", undefined],
    ["/v2/a/manifests/", undefined],
    [`/v2/${"a/".repeat(600)}manifests/1`, undefined],
  ])("%s with ns %s means nothing", (path, ns) => {
    expect(() => parseMirrorRoute(path, ns, upstreams)).toThrow(BerthError);
  });

  test("leads to one of the site's registries or is refused with a status below 500", () => {
    const piece = fc.oneof(
      fc.constantFrom("v2", "quay", "docker.io", "manifests", "blobs", "tags", "list", "..", "@"),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), fc.option(fc.string(), { nil: undefined }), (pieces, ns) => {
        try {
          const route = parseMirrorRoute(`/v2/${pieces.join("/")}`, ns, upstreams);
          if (route.kind !== "ping") expect(upstreams.all.map(({ host }) => host)).toContain(route.reference.registry);
        } catch (error) {
          expect(error).toBeInstanceOf(BerthError);
          expect((error as BerthError).http).toBeLessThan(500);
        }
      }),
      { numRuns: 1000, seed: 1 },
    );
  });
});
