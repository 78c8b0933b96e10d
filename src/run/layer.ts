// What lies over the image: nothing to write to, a tmpfs, overlay directories, or the sandbox itself
// (spec/apptainer.md 1.3, "Root filesystem layers", "--writable-tmpfs", "--overlay"). Pure.

import { join } from "node:path";
import { defineErrors } from "../base/errors.ts";
import type { Layer } from "./launch-plan.ts";
import { type Note, warning } from "./notes.ts";
import type { Preparation } from "./preparation.ts";
import type { LaunchRequest } from "./request.ts";

const fail = defineErrors({
  E_OVERLAY_TWO: {
    text: "two writable overlays were given: {first} and {second}; only one can take the changes",
    hint: "add :ro to all but one of them",
  },
  E_OVERLAY_TMPFS: {
    text: "you can't specify --writable-tmpfs with another writable overlay ({path})",
    hint: "leave --writable-tmpfs out to keep changes in the overlay, or write --overlay {path}:ro",
  },
  E_OVERLAY_WRITABLE: {
    text: "--overlay and --writable exclude each other: with --writable the changes go into {image} itself",
    hint: "leave one of the two out",
  },
  E_WRITABLE_FILE: {
    text: "could not use {image} for writing, you don't have write permissions: an image file never changes",
    hint: "use --writable-tmpfs (changes are lost) or --overlay DIR (changes are kept), or unpack the image into a directory",
  },
});

export interface LayerPlan {
  readonly layer: Layer;
  readonly writable: boolean;
  readonly prepare: readonly Preparation[];
  readonly notes: readonly Note[];
}

/** True when the payload may change the image's files, be it for the time of the run. */
export function isWritable(request: Pick<LaunchRequest, "writable" | "writableTmpfs" | "overlays">): boolean {
  return request.writable || request.writableTmpfs || request.overlays.some((overlay) => !overlay.readonly);
}

/** Decides on the layer. @throws E_OVERLAY_…, E_WRITABLE_FILE */
export function planLayer(
  request: LaunchRequest,
  image: { readonly path: string; readonly isDir: boolean },
): LayerPlan {
  const notes: Note[] = [];
  if (request.writable) {
    if (!image.isDir) throw fail("E_WRITABLE_FILE", { image: image.path });
    if (request.overlays.length > 0) throw fail("E_OVERLAY_WRITABLE", { image: image.path });
    if (request.writableTmpfs)
      notes.push(warning("Disabling --writable-tmpfs flag, mutually exclusive with --writable"));
    return { layer: { kind: "direct" }, writable: true, prepare: [], notes };
  }
  const [upper, second] = request.overlays.filter((overlay) => !overlay.readonly);
  if (upper && second) throw fail("E_OVERLAY_TWO", { first: upper.path, second: second.path });
  if (upper && request.writableTmpfs) throw fail("E_OVERLAY_TMPFS", { path: upper.path });
  const lowers = request.overlays.filter((overlay) => overlay.readonly).map(({ path }) => join(path, "upper"));
  if (upper) {
    const prepare = ["upper", "work"].map((name) => ({ path: join(upper.path, name), mode: 0o755 }));
    return { layer: { kind: "dirs", upper: upper.path, lowers }, writable: true, prepare, notes };
  }
  if (request.writableTmpfs) {
    return { layer: { kind: "tmpfs", size: request.tmpfsSize, lowers }, writable: true, prepare: [], notes };
  }
  const layer: Layer = lowers.length > 0 ? { kind: "dirs", upper: "", lowers } : { kind: "auto" };
  return { layer, writable: false, prepare: [], notes };
}
