import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { EMPTY_CACHE, extendLdCache, readLdCache, writeLdCache } from "../elf/ld-cache.ts";
import { type DeviceEdits, NO_EDITS } from "./cdi-edits.ts";
import { type DeviceWorld, LD_CACHE, libraryPathOnly, settleDevices } from "./device-libraries.ts";
import { directoryFiles } from "./image-files.ts";
import type { MountRecord } from "./launch-plan.ts";

const hasGcc = spawnSync("gcc", ["--version"]).status === 0;
const dir = mkdtempSync(join(tmpdir(), "berth-devices-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const place = (name: string) => join(dir, name);
const bind = (name: string, target: string): MountRecord => ({
  ...{ op: "bind", source: place(name), target, flags: ["ro"] },
});

function make(name: string, soname: string): void {
  writeFileSync(place("a.c"), "int answer(void) { return 42; }\n");
  mkdirSync(join(place(name), ".."), { recursive: true });
  execFileSync("gcc", ["-shared", "-fPIC", "-o", place(name), place("a.c"), `-Wl,-soname,${soname}`]);
}

/** An image with these files and links (`->TEXT`). */
function image(name: string, files: Record<string, string | Buffer> = {}) {
  const root = place(name);
  for (const [path, content] of Object.entries({ "etc/hostname": "", ...files })) {
    mkdirSync(join(root, path, ".."), { recursive: true });
    if (typeof content === "string" && content.startsWith("->")) symlinkSync(content.slice(2), join(root, path));
    else writeFileSync(join(root, path), content);
  }
  return directoryFiles(root);
}

describe.skipIf(!hasGcc)(`libraries of devices${hasGcc ? "" : " [gcc is not installed]"}`, () => {
  if (hasGcc) {
    make("libfake.so.1.2.3", "libfake.so.1");
    make("tree/libtree.so.4", "libtree.so.4");
  }
  const kept: Buffer[] = [];
  const world = (more: Partial<DeviceWorld> = {}): DeviceWorld => ({
    ...{ files: image("empty"), fixedRoot: true, imageEnv: [] },
    keep: (cache) => `/kept/${kept.push(cache)}`,
    ...more,
  });
  const edits: DeviceEdits = {
    ...NO_EDITS,
    mounts: [bind("libfake.so.1.2.3", "/usr/lib/libfake.so.1.2.3")],
    links: [{ path: "/usr/lib/libfake.so", to: "libfake.so.1" }],
    libraryFolders: ["/usr/lib"],
  };
  const cached = () => readLdCache(kept.at(-1) ?? Buffer.alloc(0))?.entries.map(({ name, path }) => `${name} ${path}`);

  test("get a link with their soname, and a cache that knows all their names", async () => {
    const { mounts, env } = await settleDevices(edits, world());
    expect(mounts.slice(1)).toEqual([
      { op: "link", target: "/usr/lib/libfake.so", to: "libfake.so.1" },
      { op: "link", target: "/usr/lib/libfake.so.1", to: "libfake.so.1.2.3" },
      { op: "bind", source: `/kept/${kept.length}`, target: LD_CACHE, flags: ["ro"] },
    ]);
    expect(cached()).toEqual([
      "libfake.so.1.2.3 /usr/lib/libfake.so.1.2.3",
      "libfake.so.1 /usr/lib/libfake.so.1",
      "libfake.so /usr/lib/libfake.so",
    ]);
    expect(env.size).toBe(0);
  });

  test("stand before those of the image, whose others stay", async () => {
    const line = (name: string, path: string) => ({ flags: 0x303, name, path, osVersion: 0, hwcap: 0n });
    const lines = [line("libfake.so.1", "/opt/libfake.so.1"), line("libc.so.6", "/lib/libc.so.6")];
    const old = writeLdCache(extendLdCache(EMPTY_CACHE, lines));
    await settleDevices(edits, world({ files: image("debian", { "etc/ld.so.cache": old }) }));
    const found = cached() ?? [];
    expect(found).toContain("libc.so.6 /lib/libc.so.6");
    expect(found.filter((text) => text.startsWith("libfake.so.1 "))).toEqual([
      "libfake.so.1 /usr/lib/libfake.so.1",
      "libfake.so.1 /opt/libfake.so.1",
    ]);
  });

  test("leave a cache alone that cannot be read, and are found by LD_LIBRARY_PATH", async () => {
    const files = image("strange", { "etc/ld.so.cache": "->/nowhere" });
    const { mounts, env } = await settleDevices(edits, world({ files }));
    expect(mounts.some(({ target }) => target === LD_CACHE)).toBe(false);
    expect([...env]).toEqual([["LD_LIBRARY_PATH", "/usr/lib"]]);
  });

  test("take the place of links and files that the image has by their names", async () => {
    const files = image("stale", {
      "usr/lib/libfake.so.1": "->libfake.so.1.0.0",
      "usr/lib/libfake.so.1.0.0": "old",
      "usr/lib/libfake.so": "->libfake.so.1",
    });
    const { mounts } = await settleDevices(edits, world({ files }));
    expect(mounts.slice(1, 3)).toEqual([
      { op: "link", target: "/usr/lib/libfake.so", to: "libfake.so.1" },
      bind("libfake.so.1.2.3", "/usr/lib/libfake.so.1"),
    ]);
  });

  test("may come as a whole folder", async () => {
    const whole = { ...NO_EDITS, mounts: [bind("tree", "/opt/vendor")], libraryFolders: ["/opt/vendor"] };
    const { mounts } = await settleDevices(whole, world());
    expect(mounts.map(({ op }) => op)).toEqual(["bind", "bind"]);
    expect(cached()).toEqual(["libtree.so.4 /opt/vendor/libtree.so.4"]);
  });

  test("outside the folders that are named are left alone", async () => {
    await settleDevices({ ...edits, libraryFolders: ["/other"] }, world());
    expect(cached()).toEqual([]);
  });

  test.each<[string, () => Partial<DeviceWorld>]>([
    ["of musl", () => ({ files: image("musl", { "lib/ld-musl-x86_64.so.1": "" }) })],
    ["that takes changes", () => ({ fixedRoot: false })],
    ["that cannot be looked into", () => ({ files: undefined })],
    ["with a damaged cache", () => ({ files: image("damaged", { "etc/ld.so.cache": "glibc-ld.so" }) })],
  ])("are found by LD_LIBRARY_PATH in an image %s", async (_, more) => {
    const { mounts, env } = await settleDevices(edits, world({ ...more(), imageEnv: ["LD_LIBRARY_PATH=/opt/lib"] }));
    expect(env.get("LD_LIBRARY_PATH")).toBe("/opt/lib:/usr/lib");
    expect(mounts.some(({ target }) => target === LD_CACHE)).toBe(false);
  });

  test("without an image to fit are files in the place of links", async () => {
    const { mounts, env } = await libraryPathOnly(edits);
    expect(mounts.slice(1)).toEqual([
      bind("libfake.so.1.2.3", "/usr/lib/libfake.so"),
      bind("libfake.so.1.2.3", "/usr/lib/libfake.so.1"),
    ]);
    expect(env.get("LD_LIBRARY_PATH")).toBe("/usr/lib");
  });

  test("with links that run in circles make no failure", async () => {
    const links = ["a", "b"].map((name) => ({
      path: `/usr/lib/lib${name}.so`,
      to: name === "a" ? "libb.so" : "liba.so",
    }));
    const { mounts } = await settleDevices(
      { ...edits, links },
      world({ files: image("c", { "usr/lib/liba.so": "" }) }),
    );
    expect(mounts).toContainEqual({ op: "link", target: "/usr/lib/liba.so", to: "libb.so" });
  });
});
