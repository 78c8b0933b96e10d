// Random stacks of layers that a builder could have made: few names, so that layers meet on the same paths all the time.

import fc from "fast-check";
import type { LayerEntry } from "../support/oci-image.ts";
import { applyEntry, applyLayer, baseName, parentOf } from "./model.ts";
import { IMPLIED, type Tree } from "./tree.ts";

const LONG = "long-".repeat(30);
const NAMES = ["a", "b", "c", "d", "e f", "ü", "-n", "new\nline", "\\x", ".wh", "..x", LONG];

/** What one step of a layer tries to do; a step that makes no sense where it comes is left out. */
interface Step {
  readonly kind: "file" | "directory" | "symlink" | "link" | "fifo" | "whiteout" | "opaque" | "device";
  readonly path: readonly number[];
  readonly target: number;
  readonly mode: number;
  readonly owner: number;
  readonly mtime: number;
  readonly size: number;
  readonly xattr: boolean;
  /** Where a marker stands among the entries, from 0 to 1. */
  readonly position: number;
}

export interface StackOptions {
  /** Whether a path may stand twice in a layer. */
  readonly duplicates: boolean;
}

/** Stacks as entries, oldest layer first. */
export function stacks(o: StackOptions): fc.Arbitrary<readonly (readonly LayerEntry[])[]> {
  return fc
    .array(fc.array(step(), { minLength: 0, maxLength: 14 }), { minLength: 1, maxLength: 5 })
    .map((layers) => build(layers, o));
}

function step(): fc.Arbitrary<Step> {
  const weights = { file: 6, directory: 4, symlink: 2, link: 4, fifo: 1, whiteout: 3, opaque: 1, device: 1 } as const;
  const kinds = Object.entries(weights).map(([kind, weight]) => ({
    weight,
    arbitrary: fc.constant(kind as Step["kind"]),
  }));
  return fc.record({
    kind: fc.oneof(...kinds),
    path: fc.array(fc.oneof({ weight: 5, arbitrary: fc.nat(3) }, { weight: 1, arbitrary: fc.nat(NAMES.length - 1) }), {
      minLength: 1,
      maxLength: 4,
    }),
    target: fc.nat(1000),
    mode: fc.constantFrom(0o644, 0o755, 0o600, 0o700, 0o4755, 0o2711, 0o1777, 0o640),
    owner: fc.constantFrom(0, 1, 1000, 65534),
    mtime: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
    size: fc.oneof({ weight: 9, arbitrary: fc.nat(40) }, { weight: 1, arbitrary: fc.nat(3000) }),
    xattr: fc.boolean(),
    position: fc.double({ min: 0, max: 1, noNaN: true }),
  });
}

function build(layers: readonly (readonly Step[])[], o: StackOptions): LayerEntry[][] {
  const tree: Tree = new Map([["", IMPLIED]]);
  return layers.map((steps, index) => {
    const markers = steps.flatMap((step) => markerEntry(step, tree) ?? []);
    applyLayer(
      tree,
      markers.map(({ entry }) => entry),
    );
    const entries: LayerEntry[] = [];
    for (const [number, step] of steps.entries()) {
      const entry = ordinaryEntry(step, tree, `${index}.${number}:`);
      // A whiteout that lies behind a symbolic link is refused, and has a test of its own.
      if (entry?.type === "symlink" && markers.some((marker) => marker.entry.path.startsWith(`${entry.path}/`)))
        continue;
      if (entry === undefined || (!o.duplicates && entries.some(({ path }) => path === entry.path))) continue;
      // A builder that removes a directory within a layer does not leave its children in the archive.
      if (!o.duplicates && entries.some(({ path }) => path.startsWith(`${entry.path}/`)) && entry.type !== "directory")
        continue;
      applyEntry(tree, entry);
      entries.push(entry);
    }
    for (const { entry, position } of markers) entries.splice(Math.round(position * entries.length), 0, entry);
    return entries;
  });
}

function markerEntry(step: Step, tree: Tree): { readonly entry: LayerEntry; readonly position: number } | undefined {
  const path = pathOf(step);
  const dir = step.kind === "opaque" ? path : parentOf(path);
  if ((step.kind !== "opaque" && step.kind !== "whiteout") || tree.get(dir)?.type !== "dir") return undefined;
  const name = step.kind === "opaque" ? ".wh..wh..opq" : `.wh.${baseName(path)}`;
  return { entry: { path: dir === "" ? name : `${dir}/${name}`, type: "file", content: "" }, position: step.position };
}

function ordinaryEntry(step: Step, tree: Tree, tag: string): LayerEntry | undefined {
  const path = pathOf(step);
  if (step.kind === "whiteout" || step.kind === "opaque" || blocked(tree, path)) return undefined;
  const common = { path, mode: step.mode, uid: step.owner, gid: step.owner, mtime: step.mtime };
  if (step.kind === "file") {
    const xattrs = step.xattr ? { "user.note": `${tag}=\n` } : {};
    return { ...common, type: "file", content: tag.padEnd(step.size, "."), xattrs };
  }
  if (step.kind === "symlink")
    return { ...common, type: "symlink", target: `../${tag}/${"t".repeat(step.size % 200)}` };
  if (step.kind === "device") return { ...common, type: "character-device", device: [1, 3] };
  if (step.kind !== "link") return { ...common, type: step.kind };
  const targets = [...tree].filter(([name, node]) => node.type === "file" && !`${name}/`.startsWith(`${path}/`));
  const target = targets[step.target % Math.max(1, targets.length)];
  return target === undefined ? undefined : { ...common, type: "link", target: target[0] };
}

/** True when something on the way to the path is no directory. */
function blocked(tree: Tree, path: string): boolean {
  for (let dir = parentOf(path); dir !== ""; dir = parentOf(dir)) {
    const there = tree.get(dir);
    if (there !== undefined && there.type !== "dir") return true;
  }
  return false;
}

function pathOf(step: Step): string {
  return step.path.map((index) => NAMES[index] ?? "a").join("/");
}
