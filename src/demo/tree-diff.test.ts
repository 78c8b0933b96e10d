import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { installed } from "../../tests/support/ordinary-user.ts";
import { makeLayers } from "./demo-image.ts";
import { readTarTree } from "./tar-tree.ts";
import { parentOf, type Tree } from "./tree.ts";
import { diffTrees, type LayerEntry } from "./tree-diff.ts";
import { type Edit, editTree } from "./tree-edit.ts";

const EMPTY: Tree = new Map();
const names = (entries: readonly LayerEntry[]): readonly string[] =>
  entries.map((entry) => `${entry.kind} ${entry.path}`);
const file = (path: string, text = path): Edit => ({ op: "file", path, text });

describe("diffTrees", () => {
  test("what is new or changed is written, with the folders above it", () => {
    const lower = editTree(EMPTY, [file("a/b/kept"), file("a/b/changed")], 1);
    const upper = editTree(lower, [file("a/b/changed", "else"), file("c")], 2);
    expect(names(diffTrees(lower, upper))).toEqual(["node a", "node a/b", "node a/b/changed", "node c"]);
  });

  test("what is gone is hidden once, at the top of what is gone", () => {
    const lower = editTree(EMPTY, [file("a/x/1"), file("a/x/2"), file("a/y")], 1);
    const upper = editTree(lower, [{ op: "remove", path: "a/x" }], 1);
    expect(names(diffTrees(lower, upper))).toEqual(["node a", "whiteout a/x"]);
  });

  test("a folder with nothing but new content is opaque", () => {
    const lower = editTree(EMPTY, [file("a/1"), file("a/2")], 1);
    const upper = editTree(lower, [{ op: "remove", path: "a/1" }, { op: "remove", path: "a/2" }, file("a/3")], 1);
    expect(names(diffTrees(lower, upper))).toEqual(["node a", "opaque a", "node a/3"]);
  });

  test("a folder that becomes a file needs no whiteout", () => {
    const lower = editTree(EMPTY, [file("a/1")], 1);
    expect(names(diffTrees(lower, editTree(EMPTY, [file("a")], 1)))).toEqual(["node a"]);
  });

  test("laying the difference over the lower tree gives the upper tree", () => {
    fc.assert(
      fc.property(
        fc.array(editArbitrary(), { maxLength: 12 }),
        fc.array(editArbitrary(), { maxLength: 12 }),
        (first, second) => {
          const lower = editTree(EMPTY, withoutClashes(first), 1);
          const upper = editTree(
            lower,
            second.filter((edit) => fits(edit, lower)),
            2,
          );
          expect([...overlaid(lower, diffTrees(lower, upper)).keys()].sort()).toEqual([...upper.keys()].sort());
        },
      ),
      { seed: 7, numRuns: 300 },
    );
  });
});

describe("written layers", () => {
  let work: string;
  beforeAll(async () => {
    work = await mkdtemp(join(tmpdir(), "berth-layers-"));
  });
  afterAll(() => rm(work, { recursive: true, force: true }));

  test.skipIf(!installed("umoci"))(
    "umoci unpacks them to the last tree, long names and links included [needs umoci]",
    async () => {
      const long = `${"d".repeat(90)}/${"n".repeat(120)}`;
      const base = editTree(
        EMPTY,
        [file("box/old"), file("gone"), file("swap", "old"), { op: "link", path: "kept", to: "swap" }],
        1,
      );
      const top = editTree(
        base,
        [
          { op: "remove", path: "box/old" },
          file("box/new"),
          { op: "remove", path: "gone" },
          file("swap", "new"),
          file(long),
          { op: "link", path: "twin", to: long },
        ],
        2,
      );
      const options = { config: {}, history: ["base", "top"], signal: AbortSignal.timeout(10_000) };
      const { layout, tag } = await makeLayers(join(work, "layout"), [base, top], options);
      execFileSync("umoci", ["unpack", "--rootless", "--image", `${layout}:${tag}`, join(work, "bundle")], {
        stdio: "ignore",
      });
      const root = join(work, "bundle", "rootfs");
      expect((await readdir(root)).sort()).toEqual(["box", "d".repeat(90), "kept", "swap", "twin"]);
      expect(await readdir(join(root, "box"))).toEqual(["new"]);
      expect(await readFile(join(root, "kept"), "utf8")).toBe("old");
      expect(await readFile(join(root, "twin"), "utf8")).toBe(long);
    },
  );

  test("a tar made by GNU tar is read into a tree", async () => {
    const script = `mkdir -p t/dir && echo one >t/dir/one && ln t/dir/one t/two && ln -s one t/dir/soft && echo x >"t/${"n".repeat(150)}" && tar --format=pax -cf t.tar -C t .`;
    execFileSync("sh", ["-c", script], { cwd: work });
    const tree = await readTarTree(join(work, "t.tar"), AbortSignal.timeout(10_000));
    expect([...tree.keys()].sort()).toEqual(["dir", "dir/one", "dir/soft", "n".repeat(150), "two"]);
    expect(tree.get("dir/soft")).toMatchObject({ type: "symlink", target: "one" });
    expect(tree.get("two")).toEqual(tree.get("dir/one"));
  });
});

function editArbitrary(): fc.Arbitrary<Edit> {
  const path = fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
  return fc.oneof(
    fc.record({ op: fc.constant("file" as const), path, text: fc.constantFrom("1", "2") }),
    fc.record({ op: fc.constant("remove" as const), path }),
  );
}

// A file cannot lie below a file, nor take the place of a folder with content.
function fits(edit: Edit, tree: Tree): boolean {
  if (edit.op === "remove") return true;
  if (tree.get(edit.path)?.type === "directory" || [...tree.keys()].some((path) => path.startsWith(`${edit.path}/`)))
    return false;
  for (let folder = parentOf(edit.path); folder; folder = parentOf(folder))
    if (tree.get(folder)?.type === "file") return false;
  return true;
}

function withoutClashes(edits: readonly Edit[]): readonly Edit[] {
  let tree = EMPTY;
  return edits.filter((edit) => {
    if (!fits(edit, tree)) return false;
    tree = editTree(tree, [edit], 1);
    return true;
  });
}

// The rule of image-spec layer.md, said in the plainest way: markers work on the lower tree only.
function overlaid(lower: Tree, entries: readonly LayerEntry[]): Tree {
  const result = new Map(lower);
  const dropBelow = (path: string): void => {
    for (const each of [...result.keys()]) if (each.startsWith(`${path}/`)) result.delete(each);
  };
  for (const entry of entries) {
    if (entry.kind === "node") continue;
    dropBelow(entry.path);
    if (entry.kind === "whiteout") result.delete(entry.path);
  }
  for (const entry of entries) {
    if (entry.kind !== "node") continue;
    if (entry.node.type !== "directory") dropBelow(entry.path);
    result.set(entry.path, entry.node);
  }
  return result;
}
