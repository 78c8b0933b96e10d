// The smaller decisions: identity, layer, start directory, id ranges, architecture.

import { describe, expect, test } from "vitest";
import { checkArchitecture, hostArchitecture, isEmulated } from "./architecture.ts";
import { openFiles } from "./caller-limits.ts";
import { planCwd } from "./cwd-mount.ts";
import { resolveUser } from "./identity.ts";
import { planLayer } from "./layer.ts";
import { chooseRootWay } from "./root-choice.ts";
import { findRange } from "./subordinate-ids.ts";
import { aHost, aRequest } from "./testing.ts";

describe("the start directory", () => {
  const home = "/home/ada";
  test.each<[string, string[], string[]]>([
    ["/work", [], ["/work"]],
    ["/home/ada/x", ["/home/ada"], []],
    ["/tmp", ["/tmp"], []],
    ["/etc", [], []],
    ["/", [], []],
    ["/usr", [], []],
    ["/usr/local/x", [], ["/usr/local/x"]],
    ["/proc/self", [], []],
    ["/dev/shm", [], []],
    ["/data2", ["/data"], ["/data2"]],
  ])("from %s, with %j shown already, binds %j", (cwd, covered, bound) => {
    const plan = planCwd(aRequest(), aHost({ cwd }), home, covered);
    expect(plan.records.map(({ target }) => target)).toEqual(bound);
    expect(plan.candidates).toEqual([...new Set([cwd, home, "/"])]);
  });

  test("is home when contained, and is never bound", () => {
    expect(planCwd(aRequest({ contain: true }), aHost({ cwd: "/work" }), home, [])).toEqual({
      records: [],
      candidates: [home, "/"],
    });
  });

  test("is the one asked for, or nothing", () => {
    expect(planCwd(aRequest({ cwd: "/nope" }), aHost({}), home, []).candidates).toEqual(["/nope"]);
  });

  test("keeps the name by which the caller came", () => {
    const plan = planCwd(aRequest(), aHost({ cwd: "/real/work", logicalCwd: "/work" }), home, []);
    expect(plan.records).toEqual([
      { op: "bind", source: "/real/work", target: "/work", flags: ["rw", "try"] },
      { op: "bind", source: "/real/work", target: "/real/work", flags: ["rw", "try"] },
    ]);
    expect(plan.candidates.slice(0, 2)).toEqual(["/work", "/real/work"]);
  });
});

describe("the layer over the image", () => {
  const file = { path: "/i.sif", isDir: false };
  const dir = { path: "/i", isDir: true };
  const overlay = (path: string, readonly = false): { path: string; readonly: boolean } => ({ path, readonly });

  test.each([
    ["nothing", aRequest(), file, { kind: "auto" }, false],
    ["a tmpfs", aRequest({ writableTmpfs: true, tmpfsSize: 64 }), file, { kind: "tmpfs", size: 64, lowers: [] }, true],
    [
      "a tmpfs over a read-only overlay",
      aRequest({ overlays: [overlay("/o", true)], writableTmpfs: true }),
      file,
      { kind: "tmpfs", lowers: ["/o/upper"] },
      true,
    ],
    ["the directory itself", aRequest({ writable: true }), dir, { kind: "direct" }, true],
    ["an overlay", aRequest({ overlays: [overlay("/o")] }), file, { kind: "dirs", upper: "/o", lowers: [] }, true],
    [
      "a read-only overlay",
      aRequest({ overlays: [overlay("/o", true)] }),
      file,
      { kind: "dirs", upper: "", lowers: ["/o/upper"] },
      false,
    ],
  ])("is %s", (_what, request, image, layer, writable) => {
    expect(planLayer(request, image)).toMatchObject({ layer, writable });
  });

  test.each([
    ["two writable overlays", aRequest({ overlays: [overlay("/a"), overlay("/b")] }), file, "E_OVERLAY_TWO"],
    ["a tmpfs over an overlay", aRequest({ overlays: [overlay("/a")], writableTmpfs: true }), file, "E_OVERLAY_TMPFS"],
    [
      "an overlay over a writable image",
      aRequest({ overlays: [overlay("/a")], writable: true }),
      dir,
      "E_OVERLAY_WRITABLE",
    ],
    ["a writable file", aRequest({ writable: true }), file, "E_WRITABLE_FILE"],
  ])("is never %s", (_what, request, image, code) => {
    expect(() => planLayer(request, image)).toThrow(expect.objectContaining({ code }));
  });

  const ext = { kind: "image", fs: "ext", path: "/e.img", offset: 0, size: 9, readonly: false } as const;
  const own = { kind: "image", fs: "ext", path: "/i.sif", offset: 4096, size: 8, readonly: false } as const;
  const packed = { kind: "image", fs: "squashfs", path: "/p", offset: 0, size: 7, readonly: true } as const;
  const folder = { kind: "dir", path: "/d", readonly: true } as const;
  const sif = { path: "/i.sif", isDir: false };

  test("names overlay images in the order of the stack, the writable one as the upper", () => {
    const sources = [folder, packed, ext, { ...folder, path: "/b", bare: true }, { ...own, readonly: true }];
    const plan = planLayer(aRequest({ overlays: [overlay("/e.img")] }), sif, { sources, programs: { e2fsck: "/c" } });
    expect(plan.layer).toEqual({ kind: "dirs", upper: "image:0", lowers: ["/d/upper", "image:1", "/b", "image:2"] });
    expect(plan.overlayImages?.map(({ fs, file }) => `${fs} ${file}`)).toEqual([
      "ext-rw /e.img",
      "squashfs /p",
      "ext-ro /i.sif",
    ]);
    expect(plan).toMatchObject({ writable: true, prepare: [], overlayPrograms: { e2fsck: "/c" } });
  });

  test("is the SIF file's own overlay with --writable, over read-only ones only", () => {
    const request = aRequest({ writable: true, writableTmpfs: true });
    const plan = planLayer(request, sif, { sources: [packed, own] });
    expect(plan).toMatchObject({ layer: { kind: "dirs", upper: "image:0", lowers: ["image:1"] }, writable: true });
    expect(plan.notes).toHaveLength(1);
    const both = () => planLayer(request, sif, { sources: [ext, own] });
    expect(both).toThrow(expect.objectContaining({ code: "E_OVERLAY_WRITABLE" }));
    const none = () => planLayer(request, sif, { sources: [{ ...own, readonly: true }] });
    expect(none).toThrow(expect.objectContaining({ code: "E_WRITABLE_FILE" }));
  });

  test("is a tmpfs over images that are only read", () => {
    const plan = planLayer(aRequest({ writableTmpfs: true }), sif, { sources: [{ ...ext, readonly: true }] });
    expect(plan).toMatchObject({ layer: { kind: "tmpfs", lowers: ["image:0"] }, writable: true });
    const many = Array.from({ length: 17 }, (_, at) => ({ ...packed, path: `/${at}` }));
    expect(() => planLayer(aRequest(), sif, { sources: many })).toThrow(
      expect.objectContaining({ code: "E_OVERLAY_MANY" }),
    );
  });
});

describe("the way to a root directory", () => {
  const means = { squashfuse: "/q", fusermount: "/f", unsquashfs: "/u", fuseDevice: true };
  const needs = { path: "/i", unsquash: false, owners: false, kernel: false };
  test.each([
    ["shared", {}, {}],
    ["private", { owners: true }, {}],
    ["private", {}, { fusermount: undefined }],
    ["kernel", { kernel: true }, {}],
    ["unpack", { unsquash: true }, {}],
    ["unpack", {}, { fuseDevice: false }],
    ["unpack", { owners: true }, { squashfuse: undefined }],
  ])("is %s for %j with %j", (way, need, lack) => {
    expect(chooseRootWay({ ...needs, ...need }, { ...means, ...lack }).way).toBe(way);
  });

  test("is named as missing when there is none", () => {
    const nothing = { squashfuse: undefined, fusermount: undefined, unsquashfs: undefined, fuseDevice: false };
    expect(() => chooseRootWay(needs, nothing)).toThrow(expect.objectContaining({ code: "E_NO_ROOT_WAY" }));
  });
});

describe("subordinate ids", () => {
  const ada = { name: "ada", uid: 1001 };
  test.each([
    ["ada:100000:65536\n", { start: 100000, count: 65536 }],
    ["1001:5:10\n", { start: 5, count: 10 }],
    ["ada:1:10\nada:100:20\n", { start: 100, count: 20 }],
    ["bob:1:10\n", undefined],
    ["# ada:1:1\n\nada:x:1\n", undefined],
    ["adam:1:10\n", undefined],
  ])("in %j are %j", (text, range) => {
    expect(findRange(text, ada)).toEqual(range);
  });
});

describe("Docker's USER", () => {
  const image = { passwd: "root:x:0:0::/root:/bin/sh\napp:x:7:8::/app:/bin/sh\n", group: "app:x:8:\nwww:x:33:\n" };
  test.each([
    ["", 0, 0, "/root"],
    ["root", 0, 0, "/root"],
    ["app", 7, 8, "/app"],
    ["7", 7, 8, "/app"],
    ["app:www", 7, 33, "/app"],
    ["app:44", 7, 44, "/app"],
    ["99", 99, 0, "/"],
    ["99:98", 99, 98, "/"],
  ])("%j is %i:%i at %s", (wanted, uid, gid, home) => {
    expect(resolveUser(wanted, image)).toMatchObject({ uid, gid, home });
  });

  test.each(["no", "bad", "app:bad", "4294967295", "99:4294967295", "1".repeat(40)])(
    "%j has no number that can be one",
    (wanted) => {
      const odd = { passwd: `${image.passwd}no:x:minus:8\nbad:x:9:1.5\n`, group: "bad:x:x:\n" };
      expect(() => resolveUser(wanted, odd)).toThrow(expect.objectContaining({ code: "E_IMAGE_USER" }));
    },
  );

  test.each(["nobody", "app:nogroup", "root:nogroup"])("%j is refused when the image does not know it", (wanted) => {
    expect(() => resolveUser(wanted, image)).toThrow(expect.objectContaining({ code: "E_IMAGE_USER" }));
  });
});

describe("the architecture", () => {
  test("is called by its OCI name", () => {
    expect(["x64", "arm64", "ia32", "ppc64", "riscv64"].map(hostArchitecture)).toEqual([
      ...["amd64", "arm64", "386", "ppc64le", "riscv64"],
    ]);
  });

  test("of an image that cannot run here is refused, with the way out", () => {
    const foreign = hostArchitecture() === "s390x" ? "ppc64le" : "s390x";
    const sentence = `the image's architecture (${foreign}) could not run on the host's (${hostArchitecture()})`;
    expect(() => checkArchitecture("/i.sif", foreign, "/nonexistent")).toThrow(sentence);
  });

  test.each(["unknown", hostArchitecture()])("%s is never refused", (arch) => {
    expect(() => checkArchitecture("/i.sif", arch, "/nonexistent")).not.toThrow();
  });

  test("without a registry is not emulated", () => {
    expect(isEmulated("s390x", "/nonexistent")).toBe(false);
  });
});

test("the limit of open files is read as the kernel prints it", () => {
  expect(openFiles("Max open files            1024                 1048576              files     \n")).toEqual({
    soft: 1024,
    hard: 1048576,
  });
  expect(openFiles("Max open files            unlimited            unlimited            files     \n")).toEqual({
    soft: undefined,
    hard: undefined,
  });
  expect(openFiles("")).toBeUndefined();
});
