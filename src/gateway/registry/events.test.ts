// What notifications mean; whatever else comes is left out.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { changesOf } from "./events.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;
const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const push = (target: object, more: object = {}) => ({
  ...{ action: "push", timestamp: "2026-01-01T00:00:00Z", actor: { name: "anna" } },
  target: { mediaType: MANIFEST, digest: DIGEST, size: 7, repository: "geo/a", ...target },
  ...more,
});

describe("notifications", () => {
  test("tell what was pushed, and by whom", () => {
    const at = Date.parse("2026-01-01T00:00:00Z") / 1000;
    expect(changesOf({ events: [push({ tag: "1" })] }, at + 5)).toEqual([
      {
        kind: "pushed",
        manifest: { repository: "geo/a", tag: "1", digest: DIGEST, mediaType: MANIFEST, bytes: 7, by: "anna", at },
      },
    ]);
  });

  test("of a clock ahead of ours count as of now", () => {
    const [change] = changesOf({ events: [push({})] }, 1000) ?? [];
    expect(change?.kind === "pushed" && change.manifest.at).toBe(1000);
  });

  test("tell what was deleted", () => {
    const gone = (target: object) => ({ action: "delete", target: { repository: "geo/a", ...target } });
    expect(changesOf({ events: [gone({ digest: DIGEST }), gone({ tag: "1" }), gone({})] }, 0)).toEqual([
      { kind: "removed", repository: "geo/a", digest: DIGEST },
      { kind: "untagged", repository: "geo/a", tag: "1" },
    ]);
  });

  test.each([
    [push({ mediaType: "application/octet-stream" })],
    [push({ repository: "../etc" })],
    [push({ digest: "sha256:1" })],
    [push({}, { action: "pull" })],
    [{}],
    [null],
  ])("leave out %j", (event) => {
    expect(changesOf({ events: [event] }, 0)).toEqual([]);
  });

  test("never fail, whatever is sent", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        changesOf(value, 0);
        changesOf({ events: [value, { action: "push", target: value }] }, 0);
      }),
      { numRuns: 300, seed: 1 },
    );
  });
});
