// That the judge of our SPDX documents can tell a wrong one.

import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { expect, test } from "vitest";
import { writeSpdx } from "./spdx.ts";
import { SPDX_STRUCTURE } from "./testing.ts";

const ajv = new Ajv({ strict: false, allErrors: true });
addFormats.default(ajv);
const validate = ajv.compile(SPDX_STRUCTURE);

type Mutable = Record<string, unknown> & {
  packages: Record<string, unknown>[];
  relationships: Record<string, unknown>[];
};

function document(): Mutable {
  const pkg = {
    purl: "pkg:pypi/a@1",
    ecosystem: "pypi",
    name: "a",
    version: "1",
    evidence: "x",
    layer: undefined,
  } as const;
  const subject = { name: "img", digest: `sha256:${"ab".repeat(32)}`, time: 1, tool: "1" };
  return JSON.parse(writeSpdx({ distribution: undefined, packages: [pkg], gaps: [] }, subject)) as Mutable;
}

test("a document of ours passes", () => expect(validate(document())).toBe(true));

const ofPackage = (fields: object) => (it: Mutable) => Object.assign(it.packages[1] ?? {}, fields);

test.each<readonly [string, (document: Mutable) => unknown]>([
  ["a version that it is not", (it) => Object.assign(it, { spdxVersion: "SPDX-2.2" })],
  ["another licence of its data", (it) => Object.assign(it, { dataLicense: "MIT" })],
  ["a namespace with a fragment", (it) => Object.assign(it, { documentNamespace: "https://example.org/a#b" })],
  ["fields that the specification has not", (it) => Object.assign(it, { verdict: "fine" })],
  ["a package without a place to get it from", (it) => delete it.packages[1]?.["downloadLocation"]],
  ["an identifier with other characters", ofPackage({ SPDXID: "SPDXRef-a_b" })],
  ["a checksum that is too short", ofPackage({ checksums: [{ algorithm: "SHA256", checksumValue: "ab" }] })],
  ["what files are of that nobody looked at", ofPackage({ licenseInfoFromFiles: ["MIT"] })],
  ["a relationship of no known kind", (it) => Object.assign(it.relationships[0] ?? {}, { relationshipType: "HAS" })],
  ["a time with a zone", (it) => Object.assign(it["creationInfo"] ?? {}, { created: "2026-01-01T00:00:00+01:00" })],
])("%s does not", (_, spoil) => {
  const spoilt = document();
  spoil(spoilt);
  expect(validate(spoilt)).toBe(false);
});
