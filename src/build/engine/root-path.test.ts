import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { fromText, placeIn } from "./root-path.ts";

const root = mkdtempSync(join(tmpdir(), "berth-root-path-"));
mkdirSync(join(root, "usr/lib"), { recursive: true });
writeFileSync(join(root, "usr/file"), "");
symlinkSync("usr/lib", join(root, "lib"));
symlinkSync("/usr", join(root, "absolute"));
symlinkSync("../../../../../../etc", join(root, "out"));
symlinkSync("loop", join(root, "loop"));
symlinkSync("/usr/none/deep", join(root, "dangling"));
mkdirSync(join(root, "ümlaut"));
afterAll(() => rmSync(root, { recursive: true }));

const at = (path: string, last?: "keep") => {
  const place = placeIn(fromText(root), fromText(path), last);
  return place && [place.inside, ...place.missing].join("/");
};

test.each([
  ["/lib/x", "/usr/lib/x"],
  ["absolute/lib", "/usr/lib"],
  ["/out/passwd", "/etc/passwd"],
  ["../../../etc", "/etc"],
  ["/dangling", "/usr/none/deep"],
  ["/new/../other", "/other"],
  ["/", ""],
  ["/lib/../file", "/usr/file"],
])("%s leads to %s inside the root", (path, inside) => {
  expect(at(path)).toBe(inside);
});

test("a link in the last place stays when it is wanted itself", () => {
  expect(at("/lib", "keep")).toBe("/lib");
  expect(at("/lib/x", "keep")).toBe("/usr/lib/x");
});

test("circles and files on the way lead nowhere", () => {
  expect(at("/loop")).toBeUndefined();
  expect(at("/usr/file/x")).toBeUndefined();
});

test("names are bytes", () => {
  expect(placeIn(fromText(root), fromText("ümlaut"))?.missing).toEqual([]);
});

test("no path leads out of the root", () => {
  const parts = fc.array(fc.constantFrom("..", ".", "", "lib", "out", "absolute", "dangling", "usr", "x", "etc"), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(parts, (names) => {
      const place = placeIn(fromText(root), names.join("/"));
      if (place) expect(place.found === root || place.found.startsWith(`${root}/`)).toBe(true);
      if (place) expect(place.missing).not.toContain("..");
    }),
    { seed: 1, numRuns: 300 },
  );
});
