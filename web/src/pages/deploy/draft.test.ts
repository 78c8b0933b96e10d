import { expect, test } from "vitest";
import { EMPTY, isCompose, isWhole, tagsOf, wishOf, withFiles } from "./draft.ts";

test("compose files are known by their names and stand first", () => {
  expect(["compose.yaml", "docker-compose.yml", "rancher-compose.yml", "compose.prod.yaml"].every(isCompose)).toBe(
    true,
  );
  expect([".env", "conf/compose.yaml", "config.yaml"].some(isCompose)).toBe(false);
  const files = withFiles(EMPTY.files, [
    { name: ".env", text: "A=1" },
    { name: "compose.yaml", text: "services: {}" },
  ]);
  expect(files.map(({ name }) => name)).toEqual(["compose.yaml", ".env"]);
});

test("a file that is put in replaces the one of its name and keeps the others", () => {
  const files = withFiles(
    [
      { name: "compose.yaml", text: "old" },
      { name: ".env", text: "A=1" },
    ],
    [{ name: "compose.yaml", text: "new" }],
  );
  expect(files).toEqual([
    { name: "compose.yaml", text: "new" },
    { name: ".env", text: "A=1" },
  ]);
});

test("a single file is the compose file whatever its name", () => {
  const wish = wishOf({ ...EMPTY, name: "rover", files: [{ name: "rover.txt", text: "x" }] });
  expect(wish.compose).toEqual(["rover.txt"]);
});

test("tags are one on each line", () => {
  expect(tagsOf("owner: fred\nfqdn:rover.example.org\n\nnonsense")).toEqual({
    owner: "fred",
    fqdn: "rover.example.org",
  });
});

test("nothing is asked before there is a name and a text", () => {
  expect(isWhole(EMPTY)).toBe(false);
  expect(isWhole({ ...EMPTY, name: "rover" })).toBe(false);
  expect(isWhole({ ...EMPTY, name: "rover", files: [{ name: "compose.yaml", text: "a: 1" }] })).toBe(true);
});
