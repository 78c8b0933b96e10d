import { expect, test } from "vitest";
import { parseSiteRegistries } from "./site-registries.ts";

const SITE = `
registry:
  - prefix: docker.io
    mirror:
      - location: mirror.example:5000
        insecure: true
  - prefix: bad.example
    blocked: true
other: 1
`;

test("the site file's list of registries has the keys of registries.conf", async () => {
  const { rules } = await parseSiteRegistries(SITE, "site.yaml");
  expect(rules).toMatchObject([
    {
      prefix: "docker.io",
      blocked: false,
      mirrors: [{ location: "mirror.example:5000", insecure: true, pull: "all" }],
    },
    { prefix: "bad.example", blocked: true },
  ]);
});

test("a site file without registries has no rules", async () => {
  expect(await parseSiteRegistries("", "site.yaml")).toEqual({ rules: [] });
});

test.each([
  ["registry: [", "site.yaml"],
  ["registry: {}", "not a list"],
  ["registry: [{blocked: yes please, prefix: a.example}]", "neither true nor false"],
])("the site file %j is refused with its name", async (text, why) => {
  await expect(parseSiteRegistries(text, "site.yaml")).rejects.toThrow(why);
});
