import { expect, test } from "vitest";
import { unifiedMount } from "./cgroup-mount.ts";

const PROC = "22 27 0:20 / /proc rw,nosuid shared:13 - proc proc rw";
const LEGACY = "11 32 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu";

test.each([
  ["36 25 0:30 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate", "/sys/fs/cgroup"],
  ["36 25 0:30 / /sys/fs/cgroup rw,nosuid shared:9 master:1 - cgroup2 cgroup2 rw", "/sys/fs/cgroup"],
  ["20 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 none rw", "/sys/fs/cgroup/unified"],
])("cgroup v2 is found where it is mounted: %s", (line, place) => {
  expect(unifiedMount([PROC, LEGACY, line, ""].join("\n"))).toBe(place);
});

test("version 1 is not taken for it", () => {
  expect(unifiedMount([PROC, LEGACY].join("\n"))).toBeUndefined();
});
