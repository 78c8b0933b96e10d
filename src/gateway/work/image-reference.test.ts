import { describe, expect, test } from "vitest";
import type { LocationConfig } from "../../site/gateway-config.ts";
import { credentialFor, imageReference, locationHost } from "./image-reference.ts";

const location = (name: string, url: string): LocationConfig => ({ name, url, caFile: undefined, authMethod: "token" });
const locations = new Map(
  [
    location("hub", "https://registry-1.docker.io"),
    location("quay.io", "https://quay.io"),
    location("local", "http://registry:5000"),
  ].map((one) => [one.name, one]),
);
const config = { locations, defaultLocation: "hub" };

describe("a tag", () => {
  test.each([
    ["alpine:3.20", { registry: "docker.io", repository: "library/alpine", tag: "3.20" }],
    ["org/tool", { registry: "docker.io", repository: "org/tool", tag: "latest" }],
    ["hub/alpine:1", { registry: "docker.io", repository: "library/alpine", tag: "1" }],
    ["quay.io/alpine:1", { registry: "quay.io", repository: "alpine", tag: "1" }],
    ["local/a/b:1", { registry: "registry:5000", repository: "a/b", tag: "1" }],
    [
      `local/a@sha256:${"a".repeat(64)}`,
      { registry: "registry:5000", repository: "a", digest: `sha256:${"a".repeat(64)}` },
    ],
    ["ghcr.io/a/b:1", { registry: "docker.io", repository: "ghcr.io/a/b", tag: "1" }],
  ])("%s means what it says", (tag, reference) => {
    expect(imageReference(tag, config).reference).toEqual(reference);
  });

  test.each([
    ["other:5000/a:1", "E_WORK_LOCATION"],
    ["local/A:1", "E_WORK_REFERENCE"],
    ["local/a:b:c", "E_WORK_REFERENCE"],
    ["local/../a", "E_WORK_REFERENCE"],
    ["a@sha256:12", "E_WORK_REFERENCE"],
    ["", "E_WORK_REFERENCE"],
  ])("%s is refused in one line", (tag, code) => {
    expect(() => imageReference(tag, config)).toThrow(
      expect.objectContaining({ code, message: expect.not.stringContaining("\n") }),
    );
  });
});

test("a location's url is a registry's address and nothing more", () => {
  expect(locationHost(location("x", "https://index.docker.io"))).toBe("docker.io");
  for (const url of ["ftp://x", "https://user:pw@x", "https://x/path", "x"]) {
    expect(() => locationHost(location("x", url))).toThrow(expect.objectContaining({ code: "E_WORK_LOCATION_URL" }));
  }
});

test("the general login goes to the default location only", () => {
  const general = { user: "a", password: "b" };
  const own = { user: "c", password: "d" };
  const registries = new Map([
    ["default", general],
    ["local", own],
  ]);
  const of = (name: string) => credentialFor(location(name, ""), registries, "hub");
  expect([of("hub"), of("local"), of("quay.io")]).toEqual([general, own, undefined]);
});
