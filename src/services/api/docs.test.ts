import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const DOCS = join(import.meta.dirname, "../../../docs");

test("the page about the API has every operation", () => {
  const page = readFileSync(join(DOCS, "services-api.md"), "utf8");
  const { paths } = JSON.parse(readFileSync(join(DOCS, "services-api.json"), "utf8")) as {
    readonly paths: Readonly<Record<string, object>>;
  };
  const calls = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map(
      (method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, (_, name) => name.toUpperCase())}`,
    ),
  );
  expect(calls.filter((call) => !page.includes(`\`${call}\``))).toEqual([]);
});
