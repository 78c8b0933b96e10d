// What is in the published files: the merged tree, everything root's, nothing privileged, for all formats of file.

import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { squashfsTree, umociTree } from "../flatten/judges.ts";
import { opaque, type TestImage, whiteout, writeLayout } from "../support/oci-image.ts";
import { AS_ROOT, installed, ordinaryUser, runAs } from "../support/ordinary-user.ts";
import { hasRegistry, startRegistry, type TestRegistry } from "../support/registry.ts";
import { hasSkopeo, push } from "./images.ts";
import { locationAt, openWorkshop, type Workshop } from "./workshop.ts";

const ready = hasRegistry && hasSkopeo && installed("sqfs2tar");
const ext = existsSync("/usr/sbin/mke2fs") && existsSync("/usr/sbin/e2fsck");
const xfs = existsSync("/usr/sbin/mkfs.xfs") && existsSync("/usr/sbin/xfs_repair");

// A capability that would let the file open any network socket.
const CAPABILITY = Buffer.from("0100000200200000000000000000000000000000", "hex").toString("latin1");

const tree: TestImage = {
  layers: [
    {
      entries: [
        { path: "gone", content: "below" },
        { path: "hidden/below", content: "below" },
        { path: "kept/below", content: "below" },
        { path: "readonly", content: "old", mode: 0o444 },
        { path: "becomes-link/x", content: "x" },
        { path: "becomes-file/x", content: "x" },
        { path: "ꀀ", content: "unicode" },
        { path: "hard", content: "linked" },
        { path: "link", type: "link", target: "hard" },
        { path: "soft", target: "kept/below" },
        { path: "su", content: "#!", mode: 0o4755, uid: 0 },
        { path: "group", content: "#!", mode: 0o2711 },
        { path: "ping", content: "#!", mode: 0o755, xattrs: { "security.capability": CAPABILITY, "user.note": "n" } },
        { path: "secret", mode: 0o700 },
        { path: "secret/key", content: "k", mode: 0o600, uid: 1000, gid: 1000 },
        { path: "tmp", mode: 0o1777 },
        { path: "dev/null", type: "character-device", device: [1, 3] },
      ],
    },
    {
      entries: [
        whiteout("gone"),
        { path: "hidden" },
        opaque("hidden"),
        { path: "hidden/above", content: "above" },
        { path: "kept/above", content: "above" },
        { path: "readonly", content: "new", mode: 0o444 },
        { path: "becomes-link", target: "kept" },
        { path: "becomes-file", content: "file" },
      ],
    },
  ],
};

/** What the gateway does to permissions: everybody reads, the owner writes, no set-id bits. */
function shared(type: string, mode: number): number {
  if (type === "dir") return mode | 0o755;
  return ((mode & ~0o6000) | 0o600 | (mode & 0o111 ? 0o555 : 0o444)) & 0o7777;
}

describe.skipIf(!ready)("a published file [needs docker-registry, skopeo, sqfs2tar]", () => {
  let registry: TestRegistry;
  let shop: Workshop;
  let dir: string;
  beforeAll(async () => {
    registry = await startRegistry();
    dir = await mkdtemp(join(tmpdir(), "berth-formats-"));
    const systems = {
      plain: {},
      attributes: { converterOptions: { squashfs: ["-comp", "gzip", "-b", "64K"] } },
      ext: { format: "ext4" },
      xfs: { format: "xfs" },
    } as const;
    shop = await openWorkshop({ locations: [locationAt("site", registry.url)], systems });
    await push(registry, "a/tree:1", tree);
  });
  afterAll(async () => {
    await shop?.stop();
    await registry?.stop();
    if (dir) await rm(dir, { recursive: true, force: true });
  });

  async function fileOn(system: string, format: string, tag = "a/tree:1"): Promise<string> {
    const pull = await shop.pull(tag, { system });
    expect(pull).toMatchObject({ status: "READY", statusMessage: "" });
    return join(shop.imageDir(system), `${pull.imageId}.${format}`);
  }

  test.skipIf(!installed("umoci"))(
    "has the tree that umoci unpacks, root's and readable by all [needs umoci]",
    async () => {
      const ours = await squashfsTree(await fileOn("plain", "squashfs"));
      await writeLayout(join(dir, "layout"), { t: tree });
      const theirs = await umociTree(join(dir, "layout"), "t", join(dir, "bundle"));
      theirs.delete("dev/null");
      const lines = (from: typeof ours, mode: (type: string, mode: number) => number) =>
        [...from]
          .filter(([path, { implied }]) => path !== "" && !implied)
          .map(([path, { type, mode: bits, content, target }]) => {
            return `${path} ${type} ${type === "symlink" ? "" : mode(type, bits & 0o7777).toString(8)} ${content} ${target}`;
          })
          .filter((line) => !line.startsWith("dev"))
          .sort();
      expect(lines(ours, (_, mode) => mode)).toEqual(lines(theirs, shared));
      for (const [path, { uid, gid }] of ours) expect([uid, gid], path).toEqual([0, 0]);
    },
  );

  test("has no set-id bit, no capability and no attribute at all", async () => {
    const found = await squashfsTree(await fileOn("plain", "squashfs"));
    for (const [path, { type, mode, xattrs }] of found) {
      if (type === "file") expect(mode & 0o6000, path).toBe(0);
      expect(xattrs, path).toEqual({});
    }
  });

  test("keeps harmless attributes, and has its own compression, where the site says so", async () => {
    const file = await fileOn("attributes", "squashfs");
    const found = await squashfsTree(file);
    expect(found.get("ping")?.xattrs).toEqual({ "user.note": "n" });
    const facts = execFileSync("unsquashfs", ["-stat", file], { encoding: "utf8" });
    expect(facts).toContain("Compression gzip");
    expect(facts).toContain("Block size 65536");
  });

  test.skipIf(!ext)("of ext4 is in order and has the same files [needs e2fsprogs]", async () => {
    const file = await fileOn("ext", "ext4");
    const check = spawnSync("/usr/sbin/e2fsck", ["-fn", file], { encoding: "utf8" });
    expect(check.stdout + check.stderr).not.toMatch(/Fix\?|error/i);
    expect(check.status).toBe(0);
    const ask = (command: string) =>
      execFileSync("/usr/sbin/debugfs", ["-R", command, file], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      });
    expect(ask("cat hidden/above")).toBe("above");
    expect(ask("cat ꀀ")).toBe("unicode");
    expect(ask("ls -p hidden")).not.toContain("below");
    expect(ask("stat secret/key")).toMatch(/Mode:\s+0644.*User:\s+0\s+Group:\s+0/s);
    expect(ask("stat su")).toMatch(/Mode:\s+0755/);
    expect(ask("ea_list ping")).not.toContain("security.capability");
    expect(ask("stat hard")).toMatch(/Links: 2/);
  });

  test.skipIf(!xfs)("of xfs is in order [needs xfsprogs]", async () => {
    const file = await fileOn("xfs", "xfs");
    const check = spawnSync("/usr/sbin/xfs_repair", ["-n", "-f", file], { encoding: "utf8" });
    expect(check.status, check.stderr).toBe(0);
    const names = execFileSync("/usr/sbin/xfs_db", ["-r", "-f", "-c", "sb", "-c", "p rootino icount", file]).toString();
    expect(names).toContain("rootino");
    expect(statSync(file).size).toBeGreaterThanOrEqual(300 * 2 ** 20);
    expect(statSync(file).blocks * 512).toBeLessThan(100 * 2 ** 20);
  });

  test.skipIf(!AS_ROOT || !existsSync("/dev/loop-control"))(
    "of ext4 and xfs can be mounted [needs root and loop devices]",
    async (context) => {
      for (const [system, format, ok] of [
        ["ext", "ext4", ext],
        ["xfs", "xfs", xfs],
      ] as const) {
        if (!ok) continue;
        const file = await fileOn(system, format);
        const point = join(dir, `mount-${format}`);
        mkdirSync(point);
        const options = format === "xfs" ? "loop,ro,norecovery" : "loop,ro";
        const mounted = spawnSync("mount", ["-t", format, "-o", options, file, point], { encoding: "utf8" });
        if (mounted.status !== 0) return context.skip(`mount: ${mounted.stderr.trim()}`);
        try {
          expect(readdirSync(join(point, "hidden"))).toEqual(["above"]);
          expect(readFileSync(join(point, "readonly"), "utf8")).toBe("new");
          expect(readFileSync(join(point, "becomes-link/above"), "utf8")).toBe("above");
          expect(statSync(join(point, "secret/key"))).toMatchObject({ uid: 0, gid: 0 });
          expect(statSync(join(point, "su")).mode & 0o7777).toBe(0o755);
        } finally {
          execFileSync("umount", [point]);
        }
      }
    },
  );

  test.skipIf(!xfs)("of xfs says why it cannot be when a name cannot be written [needs xfsprogs]", async () => {
    await push(registry, "a/space:1", { layers: [{ entries: [{ path: "two words", content: "x" }] }] });
    const pull = await shop.pull("a/space:1", { system: "xfs" });
    expect(pull).toMatchObject({ status: "FAILURE", errorCode: "E_WORK_XFS_NAME" });
    expect(pull.statusMessage).toContain('"two words"');
  });
});

test.skipIf(!AS_ROOT || !ext || !existsSync("/usr/bin/unshare"))(
  "an ext4 file is root's also when an ordinary account makes it [needs root for another account, e2fsprogs, unshare]",
  async () => {
    const user = ordinaryUser();
    const dir = await mkdtemp(join(tmpdir(), "berth-ext-"));
    try {
      chmodSync(dir, 0o777);
      const code = `
        const { makeExt4 } = await import(${JSON.stringify(join(import.meta.dirname, "../../src/gateway/work/ext-image.ts"))});
        const { mkdirSync, writeFileSync } = await import("node:fs");
        mkdirSync("tree/d", { recursive: true });
        writeFileSync("tree/d/f", "mine");
        await makeExt4("tree", "image", { name: "x", time: 1700000000 }, new AbortController().signal);`;
      const done = runAs(user, [process.execPath, "--input-type=module", "-e", code], { cwd: dir });
      expect(done.stderr.replace(/\(node.*\n?/g, "")).toBe("");
      const stat = execFileSync("/usr/sbin/debugfs", ["-R", "stat d/f", join(dir, "image")], { encoding: "utf8" });
      expect(stat).toMatch(/User:\s+0\s+Group:\s+0/);
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  },
);
