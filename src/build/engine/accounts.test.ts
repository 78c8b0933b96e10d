import { expect, test } from "vitest";
import { findAccount } from "./accounts.ts";

const PASSWD =
  "root:x:0:0::/root:/bin/sh\napp:x:33:34::/:/bin/sh\nodd:x:abc:1::/:\nno-group:x:9:abc::/:\nfar:x:8:99999999999::/:\n1000:x:5:5::/:\n";
const GROUP = "root:x:0:\nstaff:x:34:\nextra:x:50:someone,app\nbad:x::app\n";

test.each([
  ["app", { uid: 33, gid: 34, groups: [50] }],
  ["33", { uid: 33, gid: 34, groups: [50] }],
  ["app:extra", { uid: 33, gid: 50, groups: [] }],
  ["app:7", { uid: 33, gid: 7, groups: [] }],
  ["no-group", { uid: 9, gid: 0, groups: [] }],
  ["far", { uid: 8, gid: 0, groups: [] }],
  ["77", { uid: 77, gid: 0, groups: [] }],
  ["77:88", { uid: 77, gid: 88, groups: [] }],
  [":staff", { uid: 0, gid: 34, groups: [] }],
])("the account %s is found", (text, account) => {
  expect(findAccount(text, PASSWD, GROUP)).toMatchObject(account);
});

test.each([
  ["ghost", { unknown: "ghost", file: "/etc/passwd" }],
  ["odd", { unknown: "odd", file: "/etc/passwd" }],
  ["app:ghosts", { unknown: "ghosts", file: "/etc/group" }],
  ["4294967295", { unknown: "4294967295", file: "/etc/passwd" }],
  ["-1", { unknown: "-1", file: "/etc/passwd" }],
])("the account %s is not, and the file that lacks it is named", (text, unknown) => {
  expect(findAccount(text, PASSWD, GROUP)).toEqual(unknown);
});
