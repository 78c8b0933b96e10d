// The rules of the merge, one by one, each with the smallest stack of layers that shows it (image-spec layer.md).

import { describe, expect, test } from "vitest";
import type { FlattenOptions } from "../../src/image/flatten/options.ts";
import { type LayerEntry, layerTar, opaque, whiteout } from "../support/oci-image.ts";
import { flattenToTar, readTar } from "./flatten-to-tree.ts";
import { type MemoryImage, memoryImage } from "./memory-image.ts";

const file = (path: string, content = path, more: Partial<LayerEntry> = {}): LayerEntry => ({
  path,
  type: "file",
  content,
  ...more,
});
const link = (path: string, target: string): LayerEntry => ({ path, type: "link", target });
const symlink = (path: string, target: string): LayerEntry => ({ path, type: "symlink", target });
const directory = (path: string, more: Partial<LayerEntry> = {}): LayerEntry => ({ path, type: "directory", ...more });

async function image(...layers: LayerEntry[][]): Promise<MemoryImage> {
  return memoryImage(await Promise.all(layers.map(layerTar)));
}

/** The merged tree: files by content, symbolic links by "-> target", directories by "/". */
async function merged(...layers: LayerEntry[][]): Promise<Record<string, string>> {
  const { tar } = await flattenToTar(await image(...layers));
  const found = [...(await readTar(tar))].filter(([path]) => path !== "");
  return Object.fromEntries(
    found.map(([path, { type, content, target }]) => [
      path,
      type === "dir" ? "/" : type === "symlink" ? `-> ${target}` : content,
    ]),
  );
}

describe("whiteouts", () => {
  test("hide a file of a lower layer, and a directory with all that is in it", async () => {
    expect(await merged([file("a"), file("d/x")], [whiteout("a"), whiteout("d")])).toEqual({});
  });

  test("spare what their own layer has, wherever they stand in it", async () => {
    expect(await merged([file("a", "old")], [file("a", "new"), whiteout("a")])).toEqual({ a: "new" });
    expect(await merged([file("d/x")], [file("d/y"), whiteout("d")])).toEqual({ d: "/", "d/y": "d/y" });
  });

  test("that make a directory opaque hide what lower layers put there, not what their layer does", async () => {
    expect(await merged([file("d/x")], [file("d/y"), opaque("d"), file("d/z")])).toEqual({
      d: "/",
      "d/y": "d/y",
      "d/z": "d/z",
    });
  });

  test("of AUFS's own books are no part of the image", async () => {
    expect(
      await merged([directory(".wh..wh.plnk"), file(".wh..wh.plnk/1.2"), file(".wh..wh.aufs", ""), file("a")]),
    ).toEqual({ a: "a" });
  });

  test("in a middle layer do not reach above it", async () => {
    expect(await merged([file("d/x")], [whiteout("d")], [file("d/y")])).toEqual({ d: "/", "d/y": "d/y" });
  });
});

describe("a path that changes its type", () => {
  test("hides all that lay below it", async () => {
    expect(await merged([file("a/b/c")], [file("a", "now a file")])).toEqual({ a: "now a file" });
    expect(await merged([directory("a"), file("a/b")], [symlink("a", "/x")])).toEqual({ a: "-> /x" });
    expect(await merged([symlink("a", "/x")], [directory("a"), file("a/b")])).toEqual({ a: "/", "a/b": "a/b" });
  });

  test("and back again does not bring back what was there first", async () => {
    expect(await merged([file("a/old")], [file("a")], [directory("a"), file("a/new")])).toEqual({
      a: "/",
      "a/new": "a/new",
    });
  });
});

describe("hard links", () => {
  test("join names across layers", async () => {
    const tree = await readTar((await flattenToTar(await image([file("a")], [link("b", "a")]))).tar);
    expect(tree.get("b")).toBe(tree.get("a"));
  });

  test("keep their content when the name they were made from is replaced or deleted above", async () => {
    expect(await merged([file("a", "old"), link("b", "a"), link("c", "a")], [file("a", "new")])).toEqual({
      a: "new",
      b: "old",
      c: "old",
    });
    expect(await merged([file("a", "old"), link("b", "a")], [whiteout("a")])).toEqual({ b: "old" });
    expect(await merged([file("a", "old")], [link("b", "a")], [whiteout("a")])).toEqual({ b: "old" });
  });

  test("that lost their first name stay one file", async () => {
    const layers = await image([file("a"), link("b", "a"), link("c", "a")], [whiteout("a")]);
    const tree = await readTar((await flattenToTar(layers)).tar);
    expect(tree.get("c")).toBe(tree.get("b"));
  });

  test("into AUFS's store of links find their content there", async () => {
    expect(
      await merged([directory(".wh..wh.plnk"), file(".wh..wh.plnk/1.2", "shared"), link("a", ".wh..wh.plnk/1.2")]),
    ).toEqual({ a: "shared" });
  });

  test("may name their target with a leading slash, which is the image's root", async () => {
    expect(await merged([file("a"), link("b", "/a")])).toEqual({ a: "a", b: "a" });
  });

  test("to a name that their own layer then replaces mean the old one", async () => {
    expect(await merged([file("a", "old")], [link("b", "a"), file("a", "new")])).toEqual({ a: "new", b: "old" });
    expect(await merged([file("a", "1"), link("b", "a"), file("a", "2")])).toEqual({ a: "2", b: "1" });
  });
});

describe("a path that stands twice in a layer", () => {
  test("is what the last entry says", async () => {
    expect(await merged([file("a", "1"), file("a", "2")])).toEqual({ a: "2" });
    expect(await merged([directory("a"), file("a/b"), file("a", "file")])).toEqual({ a: "file" });
  });
});

describe("metadata", () => {
  async function report(options: Partial<FlattenOptions>, ...entries: LayerEntry[]) {
    const { tar, report } = await flattenToTar(await image(entries), options);
    return { tree: await readTar(tar), report };
  }

  test("of a directory comes from the newest layer that has an entry for it, also after its children", async () => {
    const layers = await image([file("d/x"), directory("d", { mode: 0o700, uid: 5 })], [file("d/y")]);
    const tree = await readTar((await flattenToTar(layers)).tar);
    expect(tree.get("d")).toMatchObject({ mode: 0o700, uid: 5 });
  });

  test("is widened for the owner, and the exact permissions are reported", async () => {
    const { tree, report: said } = await report(
      { fixPermissions: true },
      directory("d", { mode: 0o055 }),
      file("d/s", "x", { mode: 0o4111 }),
      file("ok"),
    );
    expect([tree.get("d")?.mode, tree.get("d/s")?.mode, tree.get("ok")?.mode]).toEqual([0o755, 0o4711, 0o644]);
    expect(said.changedModes).toEqual([
      { path: "d", mode: 0o055 },
      { path: "d/s", mode: 0o4111 },
    ]);
  });

  test("keeps owners, or gives all to root", async () => {
    const entry = file("a", "x", { uid: 200_000, gid: 7 });
    expect((await report({}, { ...entry })).tree.get("a")).toMatchObject({
      uid: 200_000,
      gid: 7,
    });
    expect((await report({ owners: "squash" }, { ...entry })).tree.get("a")).toMatchObject({
      uid: 0,
      gid: 0,
    });
  });

  test("keeps user.* attributes and drops the others, saying which", async () => {
    const { tree, report: said } = await report(
      {},
      file("a", "x", { xattrs: { "user.a": "1", "security.capability": "2", "trusted.b": "3" } }),
    );
    expect(tree.get("a")?.xattrs).toEqual({ "user.a": "1" });
    expect(said.droppedXattrs).toEqual(["security.capability", "trusted.b"]);
  });

  test("of devices is dropped with them, and they are counted; named pipes stay", async () => {
    const device: LayerEntry = { path: "dev/null", type: "character-device", device: [1, 3] };
    const { tree, report: said } = await report({}, device, link("dev/also", "dev/null"), {
      path: "pipe",
      type: "fifo",
    });
    expect([...tree.keys()].sort()).toEqual(["", "dev", "pipe"]);
    expect(said.droppedDevices).toBe(2);
  });
});

describe("entries that berth adds", () => {
  const add = { mode: 0o755, type: "dir" } as const;

  test("lie above all layers", async () => {
    const content = Buffer.from("ours");
    const extra = [
      { path: ".d", ...add },
      { path: ".d/f", type: "file", mode: 0o644, content },
    ] as const;
    const { tar } = await flattenToTar(await image([file(".d", "theirs")]), { extra });
    expect((await readTar(tar)).get(".d/f")?.content).toBe("ours");
  });

  test("for what is missing do not touch what is there, not even behind a link", async () => {
    const missing = ["tmp", "proc", "etc", "etc/hosts", "var", "gone"].map((path) => ({
      path,
      ...add,
      ifMissing: true,
    }));
    const layers = await image(
      [file("gone/x")],
      [symlink("tmp", "/x"), symlink("etc", "/y"), file("var/x"), whiteout("gone")],
    );
    const { tar } = await flattenToTar(layers, { extra: missing });
    expect([...(await readTar(tar)).keys()].sort()).toEqual(["", "etc", "gone", "proc", "tmp", "var", "var/x"]);
  });
});
