import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const DOCS = join(import.meta.dirname, "../../../../docs");

test("the page about the API has every operation", () => {
  const page = readFileSync(join(DOCS, "gateway-api.md"), "utf8");
  const { paths } = JSON.parse(readFileSync(join(DOCS, "gateway-api.json"), "utf8")) as { readonly paths: object };
  const missing = Object.keys(paths).filter((path) => {
    const shown = path
      .replace("{system}/{itype}/{tag}", "SYSTEM/TYPE/TAG")
      .replace("{system}", "SYSTEM")
      .replace("{id}", "ID")
      .replace("{team}", "TEAM")
      .replace("{name}", "NAME");
    return !page.includes(shown.replace("/{kind}/{subject}", "/user/NAME"));
  });
  expect(missing).toEqual([]);
});
