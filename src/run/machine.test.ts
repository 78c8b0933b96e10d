// The parts that touch the machine: looking into directories, environment files, the run-time folder, unpacking.

import { execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { directoryView, resolveInRoot } from "./directory-view.ts";
import { readEnvFile } from "./environment-file.ts";
import { recall, remember } from "./facts-cache.ts";
import { nameGroups } from "./group-names.ts";
import { readImageFacts } from "./image-facts.ts";
import { liveMount } from "./live-mount.ts";
import { mountMeans } from "./mount-means.ts";
import { prepare } from "./preparation.ts";
import { ensureRuntimeDir } from "./runtime-dir.ts";
import { anImage } from "./testing.ts";
import { unpackedDir, unpackImage } from "./unpacked.ts";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "berth-machine-"));
});
afterEach(() => {
  execFileSync("chmod", ["-R", "u+rwX", dir]);
  rmSync(dir, { recursive: true });
});

const { uid, gid } = userInfo();
const USER = { uid, gid, name: "me", home: "/home/me", shell: "/bin/sh" };
const has = (program: string): boolean => existsSync(`/usr/bin/${program}`);

describe("a path in an image", () => {
  beforeEach(() => {
    mkdirSync(join(dir, "a/b"), { recursive: true });
    writeFileSync(join(dir, "a/b/f"), "inside");
    writeFileSync(join(dir, "secret"), "outside of a");
    const links = { up: "../..", abs: "/b/f", out: "/../../secret", loop: "loop", chain: "abs", host: "/etc/hostname" };
    for (const [name, target] of Object.entries(links)) symlinkSync(target, join(dir, "a", name));
  });

  test.each([
    ["/b/f", "a/b/f"],
    ["/abs", "a/b/f"],
    ["/chain", "a/b/f"],
    ["/up/b/f", "a/b/f"],
    ["/../../b/./f", "a/b/f"],
    ["/", "a"],
  ])("%s is found at %s", (path, place) => {
    expect(resolveInRoot(join(dir, "a"), path)).toBe(join(dir, place));
  });

  test.each(["/out", "/loop", "/nosuch", "/host", "/b/f/x"])("%s leads nowhere, and never out of the image", (path) => {
    expect(resolveInRoot(join(dir, "a"), path)).toBeUndefined();
  });

  test("is read when it is a regular file of reasonable size, and not when it is a pipe", async () => {
    execFileSync("mkfifo", [join(dir, "a/pipe")]);
    const view = directoryView(join(dir, "a"));
    expect(await view.readText("/abs", 100)).toBe("inside");
    expect(await view.readText("/abs", 3)).toBeUndefined();
    expect(await view.readText("/pipe", 100)).toBeUndefined();
    expect(await view.list("/b")).toEqual(["f"]);
    expect(await view.list("/nosuch")).toEqual([]);
  });
});

describe("the facts of an image", () => {
  beforeEach(() => {
    mkdirSync(join(dir, ".singularity.d/env"), { recursive: true });
    for (const name of ["10-docker2singularity.sh", "90-environment.sh", "50-own.sh", "README"])
      writeFileSync(join(dir, ".singularity.d/env", name), "#!/bin/sh\n");
    writeFileSync(join(dir, ".singularity.d/runscript"), '#!/bin/sh\nexec python3 "$@"\n');
    writeFileSync(join(dir, ".singularity.d/test"), "#!/bin/sh\n\n");
  });

  test("tell the scripts of a foreign image in their order", async () => {
    expect(await readImageFacts(directoryView(dir), undefined, false)).toMatchObject({
      envScripts: ["10-docker2singularity.sh", "50-own.sh", "90-environment.sh"],
      runscript: "written",
      testscript: false,
      hasShell: false,
      passwd: "",
    });
  });

  test("tell only the scripts that layers brought into an image made from OCI", async () => {
    expect(await readImageFacts(directoryView(dir), {}, true)).toMatchObject({
      envScripts: ["10-docker2singularity.sh", "50-own.sh"],
      runscript: "none",
    });
    rmSync(join(dir, ".singularity.d/env/50-own.sh"));
    expect((await readImageFacts(directoryView(dir), {}, true)).envScripts).toEqual([]);
  });

  test("are remembered until they are damaged", () => {
    const known = { offset: 36864, arch: "amd64", facts: anImage(), overlays: [] };
    remember(dir, "key", known);
    expect(recall(dir, "key")).toMatchObject(known);
    writeFileSync(join(dir, "facts/key"), '{"format":');
    expect(recall(dir, "key")).toBeUndefined();
    expect(recall(dir, "other")).toBeUndefined();
  });
});

test("the setuid helper is no means for a caller without a name, whom it refuses", () => {
  expect(mountMeans({}, { ...USER, name: String(uid) }).fusermount).toBeUndefined();
});

describe("an environment file", () => {
  function read(text: string, host: Record<string, string> = {}): Record<string, string> {
    writeFileSync(join(dir, "env"), text);
    return Object.fromEntries(readEnvFile(join(dir, "env"), { PATH: "/usr/bin:/bin", ...host }));
  }

  test.each([
    ["E1=a", { E1: "a" }],
    ['E1=a\nexport E2="$E1 b"\nE3=$(echo sub)\n# comment\n', { E1: "a", E2: "a b", E3: "sub" }],
    ["Q='it is \"quoted\"'\nN='two\nlines'", { Q: 'it is "quoted"', N: "two\nlines" }],
    ["echo noise\nE1=a", { E1: "a" }],
    ["E1=", { E1: "" }],
    ["PATH=/opt/app/bin\nE1=a", { PATH: "/opt/app/bin", E1: "a" }],
    ["", {}],
  ])("%j sets %j", (text, values) => {
    expect(read(text)).toEqual(values);
  });

  test("sees the host's variables, and sets again what has the same value there", () => {
    expect(read('A="$HOSTVAR x"\nLANG=C', { HOSTVAR: "h", LANG: "C" })).toEqual({ A: "h x", LANG: "C" });
  });

  test("that can be read only once, as what `<(program)` names, is read once", () => {
    const pipe = join(dir, "pipe");
    execFileSync("mkfifo", [pipe]);
    spawn("sh", ["-c", 'echo A=1 >"$0"', pipe]);
    expect(readEnvFile(pipe, { PATH: "/usr/bin:/bin" }).get("A")).toBe("1");
  });

  test("that is missing or no shell code is refused by name", () => {
    expect(() => readEnvFile(join(dir, "nosuch"), {})).toThrow(expect.objectContaining({ code: "E_ENV_FILE_READ" }));
    expect(() => read("A='unfinished")).toThrow(expect.objectContaining({ code: "E_ENV_FILE_RUN" }));
  });
});

test("a directory that is made for the container gets its mode whatever the umask, and one that is there keeps its own", () => {
  mkdirSync(join(dir, "there"), { mode: 0o700 });
  prepare([
    { path: join(dir, "work/tmp"), mode: 0o1777 },
    { path: join(dir, "there"), mode: 0o1777 },
  ]);
  expect(statSync(join(dir, "work/tmp")).mode & 0o7777).toBe(0o1777);
  expect(statSync(join(dir, "there")).mode & 0o7777).toBe(0o700);
});

describe("groups that /etc/group does not name", () => {
  const groups = [
    { gid: 0, name: "group0" },
    { gid: 4_000_001, name: "group4000001" },
  ];

  test("are named by the name service, and keep their number when nobody knows them", async () => {
    const named = await nameGroups(groups, [0, 4_000_001], dir, { PATH: "/usr/bin" });
    expect(named).toEqual([{ gid: 0, name: "root" }, groups[1]]);
  });

  test("are asked for once a day", async () => {
    await nameGroups(groups, [0], dir, { PATH: "/usr/bin" });
    writeFileSync(join(dir, "facts/groups"), '{"0":"kept"}');
    expect((await nameGroups(groups, [0], dir, {}))[0]?.name).toBe("kept");
    const tomorrow = (): number => Date.now() + 25 * 3600 * 1000;
    expect((await nameGroups(groups, [0], dir, {}, tomorrow))[0]?.name).toBe("root");
  });
});

describe("the run-time folder", () => {
  test("is made for the caller alone", () => {
    const path = join(dir, "run");
    expect(ensureRuntimeDir({ BERTH_RUNTIMEDIR: path }, USER)).toBe(path);
    expect(ensureRuntimeDir({ BERTH_RUNTIMEDIR: path }, USER)).toBe(path);
  });

  test("is refused when others may enter it, when it is a link, or no directory", () => {
    const path = join(dir, "run");
    mkdirSync(path);
    chmodSync(path, 0o755);
    const refused = (name: string): void =>
      expect(() => ensureRuntimeDir({ BERTH_RUNTIMEDIR: join(dir, name) }, USER)).toThrow(
        expect.objectContaining({ code: "E_RUNTIME_DIR" }),
      );
    refused("run");
    chmodSync(path, 0o700);
    symlinkSync(path, join(dir, "link"));
    refused("link");
    writeFileSync(join(dir, "file"), "");
    refused("file");
  });

  test("is refused when it belongs to somebody else", () => {
    const other = { ...USER, uid: uid + 1 };
    mkdirSync(join(dir, "run"), { mode: 0o700 });
    expect(() => ensureRuntimeDir({ BERTH_RUNTIMEDIR: join(dir, "run") }, other)).toThrow(/belongs to uid/);
  });

  test("an ordinary directory in the place of a mount is not taken for one", () => {
    mkdirSync(join(dir, "mnt/key.1"), { recursive: true });
    symlinkSync("key.1", join(dir, "mnt/key"));
    expect(liveMount(dir, "key")).toBeUndefined();
    expect(liveMount(dir, "nosuch")).toBeUndefined();
  });
});

const unpacking = has("mksquashfs") && has("unsquashfs");
describe.skipIf(!unpacking)(`unpacking${unpacking ? "" : " [needs squashfs-tools]"}`, () => {
  const job = (): Parameters<typeof unpackImage>[0] => ({
    path: join(dir, "image"),
    offset: 0,
    key: "key",
    cacheDir: join(dir, "cache"),
    unsquashfs: "/usr/bin/unsquashfs",
  });

  test("leaves a complete directory, also when several do it at once", async () => {
    mkdirSync(join(dir, "tree/sub"), { recursive: true });
    writeFileSync(join(dir, "tree/sub/f"), "x");
    execFileSync("mksquashfs", [join(dir, "tree"), job().path, "-quiet", "-no-progress"], { stdio: "ignore" });
    const places = await Promise.all([unpackImage(job(), {}), unpackImage(job(), {})]);
    expect(new Set(places)).toEqual(new Set([unpackedDir(job().cacheDir, "key")]));
    expect(readdirSync(join(dir, "cache/sandbox"))).toEqual(["key"]);
    expect(existsSync(join(dir, "cache/sandbox/key/sub/f"))).toBe(true);
  });

  // Only an ordinary user is kept from emptying a read-only folder.
  test("leaves nothing of a second copy either, read-only folders included", async () => {
    mkdirSync(join(dir, "tree/closed"), { recursive: true });
    writeFileSync(join(dir, "tree/closed/f"), "x");
    chmodSync(join(dir, "tree/closed"), 0o555);
    execFileSync("mksquashfs", [join(dir, "tree"), job().path, "-quiet", "-no-progress"], { stdio: "ignore" });
    mkdirSync(join(dir, "cache/sandbox/key/first"), { recursive: true });
    execFileSync("chmod", ["-R", "a+rwX", dir]);
    if (uid === 0) process.seteuid?.(65_534);
    try {
      await unpackImage(job(), {});
    } finally {
      if (uid === 0) process.seteuid?.(0);
    }
    expect(readdirSync(join(dir, "cache/sandbox"))).toEqual(["key"]);
    expect(readdirSync(join(dir, "cache/sandbox/key"))).toEqual(["first"]);
  });

  test("of a damaged image leaves nothing", async () => {
    writeFileSync(job().path, "hsqs and then nonsense".repeat(100));
    await expect(unpackImage(job(), {})).rejects.toThrow(expect.objectContaining({ code: "E_UNPACK" }));
    expect(readdirSync(join(dir, "cache/sandbox"))).toEqual([]);
  });
});
