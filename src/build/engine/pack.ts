// The changes of a step as a layer in the content store: berth-pack writes it, the store names it by its digest.

import { spawn } from "node:child_process";
import { readdir } from "node:fs/promises";
import { PassThrough } from "node:stream";
import type { Expected } from "../../base/digest.ts";
import type { ContentStore } from "../../oci/store/content-store.ts";
import { fail, spaceFailure } from "./errors.ts";

export interface PackTools {
  /** Path of berth-pack. */
  readonly packer: string;
  readonly blobs: ContentStore;
  readonly signal: AbortSignal;
}

/** Packs an upper folder; undefined when nothing was changed. @throws E_BUILD_PACK, E_BUILD_FULL, and what the store does */
export async function packLayer(upper: string, title: string, tools: PackTools): Promise<Expected | undefined> {
  if ((await readdir(upper)).length === 0) return undefined;
  const child = spawn(tools.packer, [upper], { stdio: ["ignore", "pipe", "pipe"], env: {}, cwd: "/" });
  // Read from the first moment: what a program has said when it ends is thrown away unless somebody listens.
  const layer = child.stdout.pipe(new PassThrough());
  child.stdout.once("error", (error) => layer.destroy(error));
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-2000);
  });
  const ended = new Promise<string | undefined>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) =>
      resolve(code === 0 ? undefined : said.trim() || `it ended with ${signal ?? code}`),
    );
  });
  try {
    // A blob counts when its packer ended well: until then nothing refers to it.
    const made = await tools.blobs.add(layer, { signal: tools.signal });
    const reason = await ended;
    if (reason === undefined) return made;
    await tools.blobs.remove(made.digest);
    throw fail("E_BUILD_PACK", { title, reason });
  } catch (error) {
    child.kill("SIGKILL");
    throw spaceFailure(error, upper);
  }
}
