// Importing files as their owners would: what comes of each format, who may read what, and what hostile files end in.

import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { openSync } from "node:fs";
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rm,
  symlink,
  truncate,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { silent, unwatched } from "../../src/base/log.ts";
import { type ImportRequest, prepareImport } from "../../src/gateway/publish/import/prepare-import.ts";
import { DEFAULT_CONVERSION } from "../../src/image/conversion-options.ts";
import { makeImage } from "../../src/image/make-image.ts";
import { openSquashfs } from "../../src/image/squashfs-reader/index.ts";
import { folderFiles, layoutImage } from "../../src/oci/archive/oci-layout.ts";
import { AS_ROOT, installed, ordinaryUser } from "../support/ordinary-user.ts";
import { writeSampleImage } from "../support/sample-image.ts";

const user = ordinaryUser();
const me = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0, groups: process.getgroups?.() ?? [] };
const MIB = 1024 * 1024;

let files: string;
let work: string;
beforeAll(async () => {
  files = await mkdtemp(join(tmpdir(), "berth-import-files-"));
  await chmod(files, 0o755);
  const tree = join(files, "tree");
  await mkdir(join(tree, "bin"), { recursive: true });
  await writeFile(join(tree, "bin/tool"), "a tool\n", { mode: 0o4755 });
  await chmod(join(tree, "bin/tool"), 0o4755);
  await writeFile(join(tree, "big"), Buffer.concat([randomBytes(MIB / 16), Buffer.alloc(3 * MIB - MIB / 16)]));
  await symlink("bin/tool", join(tree, "link"));
  if (installed("mksquashfs"))
    execFileSync("mksquashfs", [tree, join(files, "it.squashfs"), "-quiet", "-no-progress", "-all-root", "-no-xattrs"]);
  execFileSync("tar", ["-C", tree, "--owner=0", "--group=0", "-cf", join(files, "rootfs.tar"), "."]);
  execFileSync("tar", ["-C", tree, "-czf", join(files, "rootfs.tar.gz"), "."]);
  const layout = join(files, "layout");
  await writeSampleImage(layout);
  execFileSync("tar", ["-C", layout, "-cf", join(files, "oci.tar"), "."]);
  const { image, blobs } = await layoutImage(await folderFiles(layout), {
    platform: { os: "linux", architecture: "amd64" },
  });
  const options = { conversion: DEFAULT_CONVERSION, maxBytes: MIB, mode: 0o644, log: silent, progress: unwatched };
  await makeImage(image, blobs, join(files, "it.sif"), options);
});
afterAll(() => rm(files, { recursive: true, force: true }));
beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), "berth-import-work-"));
});
afterEach(() => rm(work, { recursive: true, force: true }));

const request = (change: Partial<ImportRequest>): ImportRequest => ({
  ...{ path: join(files, "it.squashfs"), format: "squashfs", caller: me, workDir: work, trusted: false, private: true },
  ...{ limits: { fileBytes: 64 * MIB, contentBytes: 64 * MIB }, platform: "linux/amd64", log: silent },
  signal: new AbortController().signal,
  ...change,
});

async function contents(path: string): Promise<Record<string, string>> {
  const tree = await openSquashfs(await open(path, "r"), 0, path);
  try {
    const found: Record<string, string> = {};
    for await (const { path: name, stat } of tree.walk("/")) found[name] = `${stat.type} ${stat.uid} ${stat.size}`;
    return found;
  } finally {
    await tree.close();
  }
}

describe("each format", () => {
  test.skipIf(!installed("mksquashfs"))("squashfs is packed anew, and says nothing (needs mksquashfs)", async () => {
    const made = await prepareImport(request({}));
    const original = await readFile(join(files, "it.squashfs"));
    // Shorter than a MiB of content when compressed: the pseudo-hash is the true one here.
    expect(made.id).toBe(createHash("sha256").update(original).digest("hex"));
    expect(made).toMatchObject({ env: [], entry: null, cmd: null, workdir: null, arch: "amd64", private: true });
    const published = await readFile(made.file?.path ?? "");
    expect(published.equals(original)).toBe(false);
    expect(made.file?.digest).toBe(`sha256:${createHash("sha256").update(published).digest("hex")}`);
    expect(made.digest).toBe(made.file?.digest);
    expect(await contents(made.file?.path ?? "")).toMatchObject({
      "/bin/tool": "file 0 7",
      "/big": `file 0 ${3 * MIB}`,
    });
    expect(await readdir(work)).toEqual([`${made.id}.squashfs`]);
  });

  test.skipIf(!installed("mksquashfs"))(
    "squashfs is taken as it is by a site that trusts it (needs mksquashfs)",
    async () => {
      const made = await prepareImport(request({ trusted: true }));
      const { bytesUsed } = (await import("../../src/image/squashfs-reader/index.ts")).parseSuperblock(
        await readFile(join(files, "it.squashfs")),
        Number.MAX_SAFE_INTEGER,
        "it",
      );
      const original = await readFile(join(files, "it.squashfs"));
      expect((await readFile(made.file?.path ?? "")).equals(original.subarray(0, bytesUsed))).toBe(true);
    },
  );

  test("SIF brings its configuration, and only its file system", async () => {
    const made = await prepareImport(request({ path: join(files, "it.sif"), format: "sif" }));
    expect(made).toMatchObject({ env: ["PATH=/bin"], cmd: ["/hello"], entry: null });
    expect(await contents(made.file?.path ?? "")).toMatchObject({ "/hello": "file 0 6" });
  });

  test.each(["tar", "oci-archive"])("an archive of an image, as %s, brings its configuration", async (format) => {
    const made = await prepareImport(request({ path: join(files, "oci.tar"), format }));
    expect(made).toMatchObject({ env: ["PATH=/bin"], cmd: ["/hello"] });
    expect(await contents(made.file?.path ?? "")).toMatchObject({ "/hello": "file 0 6" });
    expect(await readdir(work)).toHaveLength(1);
  });

  test.each(["rootfs.tar", "rootfs.tar.gz"])("the files of %s become an image", async (name) => {
    const made = await prepareImport(request({ path: join(files, name), format: "tar" }));
    expect(await contents(made.file?.path ?? "")).toMatchObject({ "/bin/tool": expect.stringMatching(/^file/) });
  });
});

describe("a file that cannot be taken is one sentence, and leaves nothing:", () => {
  const refused = async (change: Partial<ImportRequest>) => {
    const error = await prepareImport(request(change)).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(await readdir(work)).toEqual([]);
    return expect(error);
  };

  test("of an unknown format", async () => {
    (await refused({ format: "ext4" })).toMatchObject({ code: "E_IMPORT_FORMAT" });
  });

  test("named by a relative path, a folder, a device, a pipe, or missing", async () => {
    const pipe = join(files, "pipe");
    execFileSync("mkfifo", [pipe]);
    (await refused({ path: "it.squashfs" })).toMatchObject({ code: "E_IMPORT_PATH" });
    for (const path of [files, "/dev/zero", pipe])
      (await refused({ path })).toMatchObject({ code: "E_IMPORT_KIND", message: `${path} is not a regular file` });
    (await refused({ path: join(files, "-n") })).toMatchObject({
      code: "E_IMPORT_ACCESS",
      message: expect.stringMatching(/No such file|ENOENT/),
    });
  });

  test("of another kind than it is said to be", async () => {
    (await refused({ path: join(files, "rootfs.tar") })).toMatchObject({
      code: "E_IMPORT_IMAGE",
      message: expect.not.stringContaining(work),
    });
    (await refused({ path: join(files, "it.sif") })).toMatchObject({
      message: expect.stringContaining("it is a sif file"),
    });
  });

  test("larger than what may be imported, itself or its content", async () => {
    const limits = { fileBytes: 1000, contentBytes: 64 * MIB };
    (await refused({ path: join(files, "rootfs.tar"), format: "tar", limits })).toMatchObject({
      code: "E_IMPORT_LIMIT",
    });
    (
      await refused({
        path: join(files, "rootfs.tar"),
        format: "tar",
        limits: { fileBytes: 64 * MIB, contentBytes: MIB },
      })
    ).toMatchObject({ code: "E_IMPORT_IMAGE", message: expect.stringContaining("more than 1") });
  });

  test("unpacking to far more than it holds, packed or by holes", async () => {
    const [tree, tar, squashfs] = [join(files, "holes"), join(files, "bomb.tar.gz"), join(files, "holes.squashfs")];
    await mkdir(tree);
    await writeFile(join(tree, "hole"), "");
    // What a tar header of this size may claim; squashfs could do more, but its makers read every hole.
    await truncate(join(tree, "hole"), 2 ** 30);
    execFileSync("tar", ["-C", tree, "--sparse", "-cf", `${tar}.plain`, "hole"]);
    execFileSync("gzip", ["-c", `${tar}.plain`], { stdio: ["ignore", openSync(tar, "w"), "inherit"] });
    (await refused({ path: tar, format: "tar" })).toMatchObject({ code: "E_IMPORT_IMAGE" });
    if (!installed("mksquashfs")) return;
    execFileSync("mksquashfs", [tree, squashfs, "-quiet", "-no-progress"]);
    (await refused({ path: squashfs })).toMatchObject({
      code: "E_IMPORT_IMAGE",
      message: expect.stringContaining("unpacks to more than 64"),
    });
  });

  test.skipIf(!installed("mksquashfs"))("cut short or damaged anywhere (needs mksquashfs)", async () => {
    const original = await readFile(join(files, "it.squashfs"));
    const path = join(files, "damaged.squashfs");
    for (let at = 0; at < 24; at += 1) {
      const bytes = Buffer.from(original);
      const place = Math.floor((original.length * at) / 24);
      bytes.fill(0xff, place, place + 16);
      await writeFile(path, bytes);
      const ended = await prepareImport(request({ path })).catch((error: unknown) => error);
      // Padding may be damaged without harm.
      if (ended instanceof Error) expect(ended).toMatchObject({ code: "E_IMPORT_IMAGE" });
      await rm(work, { recursive: true });
      await mkdir(work);
    }
    await writeFile(path, original);
    await truncate(path, original.length - 5000);
    (await refused({ path })).toMatchObject({ code: "E_IMPORT_IMAGE", message: expect.stringContaining("cut short") });
  });

  test("with names that lead out of it", async () => {
    const path = join(files, "escape.tar");
    execFileSync("tar", ["-C", join(files, "tree"), "-cf", path, "-P", "--transform=s,^,../../,", "big"]);
    (await refused({ path, format: "tar" })).toMatchObject({ code: expect.stringMatching(/^E_IMPORT_IMAGE$/) });
  });

  test("given up by its owner", async () => {
    const abort = new AbortController();
    const change = { signal: abort.signal, onStage: () => abort.abort(new Error("cancelled")) };
    (await refused(change)).toMatchObject({ message: "cancelled" });
  });
});

describe.skipIf(!AS_ROOT)("as root, for an ordinary user (needs root)", () => {
  const caller = { uid: user.uid, gid: user.gid, groups: [user.gid, 12345] };

  async function file(name: string, uid: number, gid: number, mode: number): Promise<string> {
    const path = join(files, name);
    await writeFile(path, await readFile(join(files, "oci.tar")));
    await chown(path, uid, gid);
    await chmod(path, mode);
    return path;
  }

  test("the user's own file, and one that a group may read, are taken", async () => {
    for (const path of [await file("own", user.uid, user.gid, 0o600), await file("group", 0, 12345, 0o640)])
      expect(await prepareImport(request({ path, format: "tar", caller }))).toMatchObject({ cmd: ["/hello"] });
  });

  test("what only others may read is not, whatever leads there", async () => {
    const secret = await file("secret", 0, 0, 0o600);
    const link = join(files, "link-to-secret");
    await symlink(secret, link);
    await mkdir(join(files, "closed"), { mode: 0o700 });
    await writeFile(join(files, "closed/file"), "x", { mode: 0o644 });
    for (const path of [secret, link, join(files, "closed/file"), "/etc/shadow", `/proc/${process.pid}/environ`])
      await expect(prepareImport(request({ path, format: "tar", caller }))).rejects.toMatchObject({
        code: "E_IMPORT_ACCESS",
        message: expect.stringMatching(/cannot be read for you: Permission denied$/),
      });
    expect(await readdir(work)).toEqual([]);
  });
});
