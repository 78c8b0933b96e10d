import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { MountPoints } from "./mount-points.ts";

const base = mkdtempSync(join(tmpdir(), "berth-mount-points-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(base, "root-"));
  mkdirSync(join(root, "etc"));
  utimesSync(join(root, "etc"), 1000, 1000);
});

test("what was made goes again, and the folders above keep their times", () => {
  const points = new MountPoints(root);
  expect(points.make("/etc/a/b", "dir")).toBe(true);
  expect(points.make("/etc/hosts", "file")).toBe(true);
  expect(existsSync(join(root, "etc/a/b"))).toBe(true);
  points.remove();
  expect(readdirSync(join(root, "etc"))).toEqual([]);
  expect(lstatSync(join(root, "etc")).mtimeMs).toBe(1_000_000);
});

test("what the step has put there stays, with the time it gave the folder", () => {
  const points = new MountPoints(root);
  points.make("/etc/hosts", "file");
  points.make("/etc/dir", "dir");
  writeFileSync(join(root, "etc/mine"), "");
  utimesSync(join(root, "etc"), 2000, 2000);
  writeFileSync(join(root, "etc/dir/content"), "");
  points.remove();
  expect(readdirSync(join(root, "etc")).sort()).toEqual(["dir", "mine"]);
  expect(lstatSync(join(root, "etc")).mtimeMs).toBe(2_000_000);
});

test("links of the image are followed inside it, and what is in the way is left alone", () => {
  const points = new MountPoints(root);
  symlinkSync("/run/resolv.conf", join(root, "etc/resolv.conf"));
  expect(points.make("/etc/resolv.conf", "file")).toBe(true);
  expect(existsSync(join(root, "run/resolv.conf"))).toBe(true);
  writeFileSync(join(root, "proc"), "");
  expect(points.make("/proc", "dir")).toBe(false);
  expect(points.make("/proc/x", "dir")).toBe(false);
  points.remove();
  expect(existsSync(join(root, "run"))).toBe(false);
});

test("folders that were only copied up because of a place are forgotten, changed ones are not", () => {
  const lower = mkdtempSync(join(base, "lower-"));
  for (const name of ["etc", "var"]) {
    mkdirSync(join(lower, name));
    utimesSync(join(lower, name), 1000, 1000);
  }
  mkdirSync(join(root, "var"));
  const points = new MountPoints(root);
  points.make("/etc/hosts", "file");
  points.make("/var/x", "dir");
  points.remove();
  utimesSync(join(root, "var"), 3000, 3000);
  points.forget(root, [lower]);
  expect(readdirSync(root)).toEqual(["var"]);
});

test("nothing outside the state is touched when the step has put links in the place of folders", () => {
  const host = mkdtempSync(join(base, "host-"));
  const lower = mkdtempSync(join(base, "lower-"));
  for (const dir of [join(host, "b"), join(lower, "a"), join(lower, "a/b"), join(root, "a"), join(root, "a/b")])
    mkdirSync(dir);
  writeFileSync(join(host, "hosts"), "");
  const points = new MountPoints(root);
  points.make("/etc/hosts", "file");
  points.make("/a/b/c", "dir");
  for (const name of ["etc", "a"]) {
    rmSync(join(root, name), { recursive: true });
    symlinkSync(host, join(root, name));
  }
  for (const dir of [host, join(host, "b"), join(lower, "a/b")]) utimesSync(dir, 1000, 1000);
  points.remove();
  points.forget(root, [lower]);
  expect(readdirSync(host)).toEqual(["b", "hosts"]);
  expect(lstatSync(host).mtimeMs).toBe(1_000_000);
});
