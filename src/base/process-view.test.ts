import { expect, test } from "vitest";
import { showsAllProcesses } from "./process-view.ts";

test.each([
  ["22 1 0:21 / /proc rw,nosuid - proc proc rw\n", true],
  ["22 1 0:21 / /proc rw - proc proc rw,hidepid=0\n", true],
  ["22 1 0:21 / /proc rw - proc proc rw,gid=5,hidepid=2\n", false],
  ["22 1 0:21 / /proc rw - proc proc rw,hidepid=1\n", false],
  ["22 1 0:21 / /proc rw - proc proc rw,hidepid=invisible\n", false],
  ["22 1 0:21 / /proc rw - proc proc rw,hidepid=ptraceable\n", false],
  ["22 1 0:21 / /proc rw - proc proc rw,hidepid=2\n23 22 0:9 / /proc rw shared:1 - proc proc rw\n", true],
  ["", true],
])("what /proc hides is read off its mount: %j", (mountinfo, shown) => {
  expect(showsAllProcesses(mountinfo)).toBe(shown);
});

test("this machine can be asked", () => {
  expect(typeof showsAllProcesses()).toBe("boolean");
});
