import { expect, test } from "vitest";
import type { TreeStat } from "../image/squashfs-reader/index.ts";
import { decodeName } from "../image/squashfs-reader/index.ts";
import { jsonRow, listing, shownName } from "./image-listing.ts";

const file: TreeStat = { type: "file", mode: 0o4755, uid: 0, gid: 10, mtime: 0, size: 12, nlink: 1, inode: 3 };

test("a listing has columns of equal width, special bits, link targets and device numbers", () => {
  const lines = listing([
    { name: "program", stat: file },
    { name: "link", stat: { ...file, type: "symlink", mode: 0o777, target: "program" } },
    { name: "tmp", stat: { ...file, type: "dir", mode: 0o1776, size: 900 } },
    { name: "null", stat: { ...file, type: "char", mode: 0o2640, rdev: { major: 1, minor: 3 } } },
  ]);
  expect(lines.split("\n")).toEqual([
    "-rwsr-xr-x 1 0:10  12 1970-01-01 00:00 program",
    "lrwxrwxrwx 1 0:10  12 1970-01-01 00:00 link -> program",
    "drwxrwxrwT 1 0:10   - 1970-01-01 00:00 tmp",
    "crw-r-S--- 1 0:10 1,3 1970-01-01 00:00 null",
  ]);
});

test("nothing in a name can command a terminal", () => {
  expect(shownName("a\x1b[2Jb\nc\\d\x9b")).toBe("a\\x1b[2Jb\\x0ac\\\\d\\x9b");
  expect(shownName(decodeName(Buffer.from([0x61, 0xff, 0xc3])))).toBe("a\\xff\\xc3");
  expect(shownName("größe 日本 😀")).toBe("größe 日本 😀");
});

test("JSON says the mode in octal and the time in UTC", () => {
  expect(jsonRow({ name: "x", stat: file })).toMatchObject({ mode: "4755", mtime: "1970-01-01T00:00:00.000Z" });
});
