import { expect, test } from "vitest";
import { silent } from "../../base/log.ts";
import { plannedCopies } from "./files.ts";
import { readRecipe } from "./recipe.ts";
import { fakeJob } from "./testing.ts";

function copies(lines: string, folder = "/work/a[b") {
  const [stage] = readRecipe(fakeJob(`Bootstrap: scratch\n%files\n${lines}\n`, { log: silent }));
  const section = stage?.sections[0];
  if (!stage || !section) throw new Error("no section");
  return plannedCopies(stage, section, { kind: "host" }, folder).map(({ step }) => step);
}

test.each([
  ["/etc/hosts", ["/etc/hosts"], "/etc/"],
  ["/etc/hosts /x/y", ["/etc/hosts"], "/x/y"],
  ["/etc/hosts /x/", ["/etc/hosts"], "/x/"],
  ["'/a b/c' '/d e'", ["/a b/c"], "/d e"],
  ["f", ["/work/a\\[b/f"], "/"],
  ["d/f", ["/work/a\\[b/d/f"], "/d/"],
  ["*.txt /opt", ["/work/a\\[b/*.txt"], "/opt"],
  ["d/*.txt", ["/work/a\\[b/d/*.txt"], "/d/"],
  ["../f", ["/work/a\\[b/../f"], "/"],
  ["/etc/hosts ../../x", ["/etc/hosts"], "/x"],
  ["/etc/hosts x", ["/etc/hosts"], "/x"],
])("%s", (line, sources, destination) => {
  expect(copies(line)).toMatchObject([{ sources, destination, parents: false, style: "cp", follow: true }]);
});

test("a pattern among the folders keeps each match's own folders", () => {
  expect(copies("*/bin", "/w")).toMatchObject([{ sources: ["/w/./*/bin"], destination: "/", parents: true }]);
});

test("a folder's name with a dot means what is in it", () => {
  expect(copies("d/. /opt/d", "/w")).toMatchObject([{ sources: ["/w/d/."], style: "folder" }]);
});

test("neighbours that go into one folder are one step", () => {
  expect(copies("/a /x/\n/b /x/\n/c /y\n/d /y").map(({ sources }) => sources)).toEqual([["/a", "/b"], ["/c"], ["/d"]]);
});
