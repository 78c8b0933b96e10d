import { expect, test } from "vitest";
import { readBill } from "./read-bill.ts";

const purl = "pkg:pypi/a@1";

test.each([
  ["CycloneDX", () => cycloneDx(300_000)],
  ["SPDX", () => spdx(300_000)],
] as const)("a document of %s whose few packages lie in more places than an image has files is refused", (_, write) => {
  expect(() => readBill(Buffer.from(write()), "x")).toThrow(expect.objectContaining({ code: "E_SBOM_SIZE" }));
});

function cycloneDx(places: number): string {
  const occurrences = Array.from({ length: places }, () => ({ location: "a" }));
  const component = { type: "library", name: "a", purl, evidence: { occurrences } };
  return JSON.stringify({ bomFormat: "CycloneDX", specVersion: "1.6", components: [component, component] });
}

function spdx(places: number): string {
  const externalRefs = [{ referenceType: "purl", referenceLocator: purl }];
  const entry = { name: "a", externalRefs, sourceInfo: "found in a\n".repeat(places) };
  return JSON.stringify({ spdxVersion: "SPDX-2.3", packages: [entry, entry] });
}
