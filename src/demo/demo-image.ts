// The demo's image: a Debian base, a layer with Python, and a layer that deletes and replaces, so that a pull has to
// merge layers rightly. Tests and benchmarks make theirs with the same functions.

import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { errnoOf } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { PARTIAL_PREFIX, partialName } from "../base/publish.ts";
import type { Descriptor, RuntimeConfig } from "../oci/types.ts";
import { debianTrees } from "./debian-trees.ts";
import { ABOVE, BELOW } from "./demo-files.ts";
import { type WrittenLayer, writeLayer } from "./layer-writer.ts";
import { writeLayout } from "./layout.ts";
import type { Tree } from "./tree.ts";
import { diffTrees } from "./tree-diff.ts";
import { editTree } from "./tree-edit.ts";

export interface MadeImage {
  /** Folder of the OCI layout. */
  readonly layout: string;
  readonly tag: string;
  readonly manifest: Descriptor;
  readonly layers: readonly WrittenLayer[];
  /** How it was made, for people. */
  readonly how: string;
  /** True when an earlier call made it. */
  readonly cached: boolean;
}

export interface MakeOptions {
  /** Debian packages of the second layer. */
  readonly packages?: readonly string[];
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Makes it again though it is there. */
  readonly fresh?: boolean;
}

/** Changes with the recipe below, so that an image of an older berth is not taken for this one. */
const RECIPE = 1;
/** A fixed time for all that the demo itself writes: 2026-01-01. */
const MTIME = Date.UTC(2026, 0, 1) / 1000;

const CONFIG: RuntimeConfig = {
  Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "DEMO_WORD=quoted 'and' $unexpanded"],
  Entrypoint: ["python3", "-B"],
  Cmd: ["/opt/demo/proof.py"],
  Labels: { "org.opencontainers.image.title": "berth demo" },
};

/** Makes the image in `dir` (kept there for the next call). @throws E_DEMO_MMDEBSTRAP, E_DEMO_BOOTSTRAP */
export async function makeDemoImage(dir: string, options: MakeOptions): Promise<MadeImage> {
  const packages = options.packages ?? ["python3-minimal"];
  const key = JSON.stringify({ RECIPE, packages });
  const kept = options.fresh ? undefined : await readKept(dir, key);
  if (kept) return { ...kept, cached: true };
  await mkdir(dir, { recursive: true });
  await sweep(dir);
  const work = partialName(join(dir, "work"));
  await mkdir(work);
  try {
    const { base, full, how } = await debianTrees(work, { ...options, packages });
    const below = editTree(full, BELOW, MTIME);
    const above = editTree(below, ABOVE, MTIME);
    const history = ["essential packages", `packages ${packages.join(" ")}`, "deletes and replaces files"];
    const made = await makeLayers(join(dir, "layout"), [base, below, above], { ...options, history, config: CONFIG });
    const image = { ...made, how, cached: false };
    await writeFile(join(dir, "made.json"), JSON.stringify({ key, image }));
    return image;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

export interface LayersOptions {
  readonly config: RuntimeConfig;
  /** One line for each tree. */
  readonly history: readonly string[];
  readonly signal: AbortSignal;
}

/** Writes a layout whose layers are the steps from tree to tree, the first from nothing. Replaces what is there. */
export async function makeLayers(
  layout: string,
  trees: readonly Tree[],
  options: LayersOptions,
): Promise<Pick<MadeImage, "layout" | "tag" | "manifest" | "layers">> {
  const partial = partialName(layout);
  try {
    const layers: WrittenLayer[] = [];
    let lower: Tree = new Map();
    for (const upper of trees) {
      layers.push(await writeLayer(partial, diffTrees(lower, upper), options));
      lower = upper;
    }
    const created = new Date(MTIME * 1000).toISOString();
    const manifest = await writeLayout(partial, { tag: "1", layers, created, ...options });
    await rm(layout, { recursive: true, force: true });
    await rename(partial, layout);
    return { layout, tag: "1", manifest, layers };
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

// Work folders of demos that were killed; `partialName` puts the process number in.
async function sweep(dir: string): Promise<void> {
  for (const name of await readdir(dir)) {
    const pid = new RegExp(`^\\${PARTIAL_PREFIX}.*-(\\d+)-[0-9a-f]+$`).exec(name)?.[1];
    if (pid === undefined || isRunning(Number(pid))) continue;
    // What belongs to subordinate ids cannot be removed by the user; it does no harm but take space.
    await rm(join(dir, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return errnoOf(error) === "EPERM";
  }
}

async function readKept(dir: string, key: string): Promise<MadeImage | undefined> {
  try {
    const kept = JSON.parse(await readFile(join(dir, "made.json"), "utf8"));
    await readFile(join(dir, "layout", "index.json"));
    return kept.key === key ? { ...kept.image, layout: join(dir, "layout") } : undefined;
  } catch {
    return undefined;
  }
}
