import { expect, test } from "vitest";
import { mountsAt, readMounts } from "./mount-table.ts";

const TEXT = [
  "36 35 0:43 / /run/node/1.7/root ro,nosuid - overlay /run/node/1.7/root rw,lowerdir=/x",
  "37 35 7:3 / /run/node/1.7/image ro shared:12 master:3 - squashfs /dev/loop3 ro",
  "38 35 0:44 / /run/node/1.71 ro - tmpfs berth-node rw",
  "39 35 0:45 / /run/a\\040b\\134c\\303\\251 rw - tmpfs none rw",
  "a line of another kind",
  "",
].join("\n");

test("mounts are read with their devices, whatever optional words stand between", () => {
  expect(readMounts(TEXT)).toEqual([
    { device: "0:43", path: "/run/node/1.7/root", type: "overlay", source: "/run/node/1.7/root" },
    { device: "7:3", path: "/run/node/1.7/image", type: "squashfs", source: "/dev/loop3" },
    { device: "0:44", path: "/run/node/1.71", type: "tmpfs", source: "berth-node" },
    { device: "0:45", path: "/run/a b\\cé", type: "tmpfs", source: "none" },
  ]);
});

test("a directory's mounts are those at it and below, not those whose names begin alike", () => {
  expect(mountsAt("/run/node/1.7", readMounts(TEXT)).map(({ device }) => device)).toEqual(["0:43", "7:3"]);
  expect(mountsAt("/run/node/1.71", readMounts(TEXT)).map(({ device }) => device)).toEqual(["0:44"]);
});
