// What lies over the image: nothing to write to, a tmpfs, overlays (directories or images), or the sandbox itself
// (spec/apptainer.md 1.3, "Root filesystem layers", "--writable-tmpfs", "--overlay"). Pure.

import { join } from "node:path";
import { defineErrors } from "../base/errors.ts";
import type { LaunchPlan, Layer, OverlayImage } from "./launch-plan.ts";
import { directorySources, type LayerSource, type LayerSources } from "./layer-source.ts";
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
  E_OVERLAY_MANY: {
    text: "{count} image files are to be laid over the image; at most {max} are possible",
    hint: "merge some of them into one",
  },
  E_WRITABLE_FILE: {
    text: "could not use {image} for writing, you don't have write permissions: an image file never changes",
    hint: "use --writable-tmpfs (changes are lost) or --overlay DIR (changes are kept), add an overlay to the file with berth overlay create, or unpack it into a directory",
  },
});

const MAX_IMAGES = 16;

/** The decision: a layer, the images it names, and what comes with them. */
export interface LayerPlan extends Pick<LaunchPlan, "layer" | "overlayImages" | "overlayPrograms"> {
  readonly writable: boolean;
  readonly prepare: readonly Preparation[];
  readonly notes: readonly Note[];
}

/** True when the payload may change the image's files, be it for the time of the run. */
export function isWritable(request: Pick<LaunchRequest, "writable" | "writableTmpfs" | "overlays">): boolean {
  return request.writable || request.writableTmpfs || request.overlays.some((overlay) => !overlay.readonly);
}

/** Decides on the layer. `found` says what the overlays are. @throws E_OVERLAY_…, E_WRITABLE_FILE */
export function planLayer(
  request: LaunchRequest,
  image: { readonly path: string; readonly isDir: boolean },
  found: LayerSources = directorySources(request.overlays),
): LayerPlan {
  const notes: Note[] = [];
  if (request.writable) {
    checkWritable(request, image, found);
    if (request.writableTmpfs)
      notes.push(warning("Disabling --writable-tmpfs flag, mutually exclusive with --writable"));
    if (image.isDir) return { layer: { kind: "direct" }, writable: true, prepare: [], notes };
  }
  const upper = writableSource(request, found.sources);
  const readonly = found.sources.filter((source) => source.readonly);
  const { name, images } = nameImages([...(upper ? [upper] : []), ...readonly]);
  const lowers = readonly.map((source) => lowerName(source, name));
  const layer = chooseLayer(request, upper && name(upper), lowers);
  const overlay = images.length === 0 ? {} : { overlayImages: images, overlayPrograms: found.programs };
  const prepare = upper?.kind === "dir" ? layerFolders(upper.path) : [];
  return { layer, ...overlay, writable: layer.kind === "tmpfs" || upper !== undefined, prepare, notes };
}

function chooseLayer(request: LaunchRequest, upper: string | undefined, lowers: readonly string[]): Layer {
  if (upper !== undefined) return { kind: "dirs", upper, lowers };
  if (request.writableTmpfs && !request.writable) return { kind: "tmpfs", size: request.tmpfsSize, lowers };
  return lowers.length > 0 ? { kind: "dirs", upper: "", lowers } : { kind: "auto" };
}

// --writable means the directory itself, or the overlay that a SIF file brings along.
function checkWritable(
  request: LaunchRequest,
  image: { readonly path: string; readonly isDir: boolean },
  { sources }: LayerSources,
): void {
  const own = sources.find((source) => !source.readonly && source.path === image.path);
  if (!image.isDir && own === undefined) throw fail("E_WRITABLE_FILE", { image: image.path });
  const others = image.isDir ? request.overlays.length > 0 : sources.some((one) => !one.readonly && one !== own);
  if (others) throw fail("E_OVERLAY_WRITABLE", { image: image.path });
}

function writableSource(request: LaunchRequest, sources: readonly LayerSource[]): LayerSource | undefined {
  const [upper, second] = sources.filter((source) => !source.readonly);
  if (upper && second) throw fail("E_OVERLAY_TWO", { first: upper.path, second: second.path });
  if (upper && request.writableTmpfs && !request.writable) throw fail("E_OVERLAY_TMPFS", { path: upper.path });
  return upper;
}

interface NamedImages {
  readonly images: readonly OverlayImage[];
  /** What the layer calls a source. */
  name(source: LayerSource): string;
}

function nameImages(sources: readonly LayerSource[]): NamedImages {
  const files = sources.filter((source) => source.kind === "image");
  if (files.length > MAX_IMAGES) throw fail("E_OVERLAY_MANY", { count: files.length, max: MAX_IMAGES });
  const images = files.map(({ fs, path: file, offset, size, readonly }): OverlayImage => {
    return { fs: fs === "squashfs" ? fs : readonly ? "ext-ro" : "ext-rw", file, offset, size };
  });
  const name = (source: LayerSource) => (source.kind === "dir" ? source.path : `image:${files.indexOf(source)}`);
  return { images, name };
}

function lowerName(source: LayerSource, name: NamedImages["name"]): string {
  return source.kind === "dir" && !source.bare ? join(source.path, "upper") : name(source);
}

function layerFolders(path: string): Preparation[] {
  return ["upper", "work"].map((folder) => ({ path: join(path, folder), mode: 0o755 }));
}
