// Which of the locations is the site's own registry.

import { expect, test } from "vitest";
import { withOwn } from "./resolve-registry.ts";
import type { SiteRegistryConfig } from "./server-config.ts";

const REGISTRY: SiteRegistryConfig = {
  backend: { kind: "unix", path: "/run/registry.sock" },
  publicUrl: "https://gateway.example:5000",
  internalUrl: "https://gateway.example:5000",
  storageDir: "/var/lib/registry",
  service: "gateway.example:5000",
  issuer: "berth",
  host: undefined,
  keyDir: "/var/lib/keys",
  tagRules: [],
};

test.each<[string, string | undefined, boolean]>([
  ["https://gateway.example:5000", undefined, true],
  ["https://GATEWAY.example:5000/", undefined, true],
  ["https://gateway.example", undefined, false],
  ["https://gateway.example.org:5000", undefined, false],
  ["https://registry.example:5000", undefined, false],
  ["https://registry.example:5000", "Registry.example", true],
  ["https://registry.example", "registry.example", true],
  ["https://evil-registry.example", "registry.example", false],
  ["not a url", undefined, false],
])("a location at %s, with the registry's host name %s: %s", (url, host, own) => {
  const location = { name: "x", url, caFile: undefined, authMethod: "token" } as const;
  const found = withOwn(new Map([["x", location]]), { ...REGISTRY, host }).get("x");
  expect(found?.own === true).toBe(own);
});
