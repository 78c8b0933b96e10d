// Finds out what the paths of --overlay are, and which programs they need. Only directories cost nothing; what else there may
// be is loaded when it is met.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { defineErrors } from "../base/errors.ts";
import type { LayerPart } from "../image/overlay/find.ts";
import type { Environment } from "../platform/user.ts";
import type { HostFacts } from "./host.ts";
import type { OverlayPrograms } from "./launch-plan.ts";
import { directorySources, type LayerSource, type LayerSources } from "./layer-source.ts";
import { systemProgram } from "./programs.ts";
import type { LaunchRequest, OverlayRequest } from "./request.ts";

const fail = defineErrors({
  E_OVERLAY_PROGRAM: {
    text: "the overlay {path} needs {program}, which is not installed",
    hint: "ask the administrator for the package {pack}, or use a directory: --overlay DIR",
  },
  E_OVERLAY_NONE: {
    text: "{path} is a SIF file without an overlay",
    hint: "add one with berth overlay create {path}, or name another overlay",
  },
});

/** What is known of the image of a launch. */
export interface OverlaidImage {
  readonly path: string;
  readonly isDir: boolean;
  /** Its own overlay partitions. */
  readonly overlays: readonly LayerPart[];
}

/** All layers over the image, top first: those that were asked for, then the image's own. @throws E_OVERLAY_…, E_SIF_… */
export async function findOverlays(
  request: LaunchRequest,
  image: OverlaidImage,
  host: Pick<HostFacts, "kind">,
  env: Environment,
): Promise<LayerSources> {
  const plain = request.overlays.every(({ path, readonly }) => !readonly && host.kind(path) === "dir");
  if (plain && image.overlays.length === 0) return directorySources(request.overlays);
  const { findLayer } = await import("../image/overlay/find.ts");
  const given = request.overlays.flatMap((overlay) => sourcesOf(overlay, findLayer(overlay.path)));
  const sources = [...given, ...ownSources(request, image)];
  return { sources, programs: findPrograms(sources, env) };
}

type Found = ReturnType<typeof import("../image/overlay/find.ts").findLayer>;

function sourcesOf({ path, readonly }: OverlayRequest, found: Found): LayerSource[] {
  if (found.kind === "dir")
    return [{ kind: "dir", path, readonly, bare: readonly && !existsSync(join(path, "upper")) }];
  if (found.kind === "file") return [imageSource(path, found.part, readonly)];
  if (found.parts.length === 0) throw fail("E_OVERLAY_NONE", { path });
  // Of several only the last can take changes: it lies on top.
  const last = found.parts.length - 1;
  return found.parts.map((part, at) => imageSource(path, part, readonly || at < last)).reverse();
}

function ownSources({ writable }: LaunchRequest, { path, overlays }: OverlaidImage): LayerSource[] {
  const last = overlays.length - 1;
  return overlays.map((part, at) => imageSource(path, part, !writable || at < last)).reverse();
}

function imageSource(path: string, part: LayerPart, readonly: boolean): LayerSource {
  return { kind: "image", path, ...part, readonly: readonly || part.fs === "squashfs" };
}

function findPrograms(sources: readonly LayerSource[], env: Environment): OverlayPrograms | undefined {
  const needs = (fs: LayerPart["fs"]) => sources.find((source) => source.kind === "image" && source.fs === fs)?.path;
  const [ext, squashfs] = [needs("ext"), needs("squashfs")];
  if (ext === undefined && squashfs === undefined) return undefined;
  return {
    squashfuse:
      squashfs === undefined
        ? undefined
        : (env["BERTH_SQUASHFUSE"] ?? program("squashfuse_ll", "squashfuse", squashfs, env)),
    fuse2fs: ext === undefined ? undefined : program("fuse2fs", "fuse2fs", ext, env),
    fuseOverlayfs: ext === undefined ? undefined : program("fuse-overlayfs", "fuse-overlayfs", ext, env),
    e2fsck: ext === undefined ? undefined : systemProgram("e2fsck", env),
  };
}

function program(name: string, pack: string, path: string, env: Environment): string {
  const found = systemProgram(name, env);
  if (found === undefined) throw fail("E_OVERLAY_PROGRAM", { path, program: name, pack });
  return found;
}
