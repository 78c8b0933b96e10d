import { expect, test } from "vitest";
import { cacheDir, configDir, passwdFields, runtimeDir, type User } from "./user.ts";

const PASSWD = "root:x:0:0:root:/root:/bin/bash\nbroken line\nalice:x:1001:1001:Alice:/home/alice:/bin/zsh\n";
const ALICE: User = { uid: 1001, gid: 1001, name: "alice", home: "/home/alice", shell: "/bin/zsh" };

test("a user is found in the password database by number", () => {
  expect(passwdFields(PASSWD, 1001)).toEqual(["alice", "x", "1001", "1001", "Alice", "/home/alice", "/bin/zsh"]);
  expect(passwdFields(PASSWD, 10)).toBeUndefined();
});

test("the cache lies where BERTH_CACHEDIR says, else beside Apptainer's, else in the XDG folder", () => {
  expect(cacheDir({ BERTH_CACHEDIR: "/a", APPTAINER_CACHEDIR: "/b" }, ALICE)).toBe("/a");
  expect(cacheDir({ APPTAINER_CACHEDIR: "/b" }, ALICE)).toBe("/b/berth");
  expect(cacheDir({ XDG_CACHE_HOME: "/c" }, ALICE)).toBe("/c/berth");
  expect(cacheDir({}, ALICE)).toBe("/home/alice/.cache/berth");
});

test("configuration and run-time state have places of their own", () => {
  expect(configDir({ HOME: "/elsewhere" }, ALICE)).toBe("/elsewhere/.config/berth");
  expect(runtimeDir({ XDG_RUNTIME_DIR: "/run/user/1001" }, ALICE)).toBe("/run/user/1001/berth");
  expect(runtimeDir({}, ALICE)).toBe("/tmp/berth-1001");
  expect(runtimeDir({}, { ...ALICE, uid: 0 })).toBe("/run/berth-root");
});
