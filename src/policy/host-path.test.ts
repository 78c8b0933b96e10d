// Spellings of host paths, and what they reach.

import fc from "fast-check";
import { expect, test } from "vitest";
import { depthBelow, enginePartOf, isWithin, plainPath } from "./host-path.ts";

test.each([
  ["/var/run/docker.sock", "/run/docker.sock"],
  ["/var/run", "/run"],
  ["/var/running", "/var/running"],
  ["/var/lock/x", "/run/lock/x"],
  ["//a//b/./c/..//", "/a/b"],
  ["/..", "/"],
  ["/", "/"],
  ["/var/run/../run/docker.sock", "/run/docker.sock"],
])("%s is plainly %s", (path, plain) => {
  expect(plainPath(path)).toBe(plain);
});

test.each([
  ["/", "/run/docker.sock"],
  ["/run", "/run/docker.sock"],
  ["/run/docker.sock", "/run/docker.sock"],
  ["/run/user", "/run/user/*/docker.sock"],
  ["/run/user/1000", "/run/user/*/docker.sock"],
  ["/var/lib/docker/volumes/x/_data", "/var/lib/docker"],
  ["/srv/my-docker.sock.d/docker.sock", "/srv/my-docker.sock.d/docker.sock"],
  ["/srv/docker-proxy.sock", "/srv/docker-proxy.sock"],
])("%s reaches %s", (path, part) => {
  expect(enginePartOf(path)).toBe(part);
});

test.each(["/global/project/x", "/run/user/1000/jupyter", "/runs", "/var/lib/mysql", "/home/docker", "/srv/app.sock"])(
  "%s reaches no engine",
  (path) => {
    expect(enginePartOf(path)).toBeUndefined();
  },
);

test("below means below, by whole names", () => {
  expect(isWithin("/global/project2/x", "/global/project")).toBe(false);
  expect(isWithin("/global/project", "/global/project")).toBe(true);
  expect(depthBelow("/global/project/a/b", "/global/project")).toBe(2);
  expect(depthBelow("/a", "/")).toBe(1);
});

test("a plain path stays as it is, and has nothing in it that leads elsewhere", () => {
  const part = fc.constantFrom("a", "..", ".", "", "run", "var", "b c");
  const path = fc.array(part, { maxLength: 8 }).map((parts) => `/${parts.join("/")}`);
  fc.assert(
    fc.property(path, (written) => {
      const plain = plainPath(written);
      expect(plainPath(plain)).toBe(plain);
      expect(plain).toMatch(/^\/([^/]+(\/[^/]+)*)?$/);
      expect(plain.split("/")).not.toContain("..");
    }),
    { seed: 6 },
  );
});
