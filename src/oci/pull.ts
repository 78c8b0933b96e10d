// From a parsed image source to its image and blobs, wherever they come from. The one door of this room for the rooms
// that make image files; knows nothing of those.

import { defineErrors } from "../base/errors.ts";
import type { Log, Progress } from "../base/log.ts";
import { archiveImage, daemonImage } from "./archive/archive-image.ts";
import type { DaemonAddress } from "./archive/daemon-socket.ts";
import { folderFiles, layoutImage } from "./archive/oci-layout.ts";
import { type PullClient, type PullPolicy, pullFromRegistry } from "./fetch/registry-image.ts";
import { sameProcessor } from "./platform.ts";
import { formatReference } from "./reference.ts";
import type { Cache } from "./store/cache.ts";
import type { BlobSource, Descriptor, OciImage, Platform } from "./types.ts";
import type { ImageSource } from "./uri.ts";
import type { WebClient } from "./web/pull-web-file.ts";

const fail = defineErrors({
  E_SOURCE_KIND: {
    text: "berth gets no images from {kind}: sources",
    hint: "images come from docker://, oras://, http(s)://, oci:, oci-archive:, docker-archive: and docker-daemon:",
  },
});

export interface PullRequest {
  readonly source: ImageSource;
  readonly platform: Platform;
  readonly policy: PullPolicy;
  /** Makes the registry client; called only when the network is needed. */
  readonly client: () => Promise<PullClient & WebClient>;
  /** Finds the local engine; called only for `docker-daemon`. */
  readonly daemon: () => Promise<DaemonAddress>;
  readonly cache: Cache;
  readonly log: Log;
  readonly progress?: Progress | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Requests at once; 4 unless said otherwise. */
  readonly downloads?: number | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Blobs of a pulled image. */
export interface PulledBlobs extends BlobSource {
  /** Begins to fetch these layers (bottom first), several at once, the top one first; rejects, when all have ended, if one failed. */
  prefetch(layers: readonly Descriptor[]): Promise<void>;
  /** Reads those layers that the cache has; true when one was damaged, which removes it. For `withHealing`. */
  damaged(layers: readonly Descriptor[]): Promise<boolean>;
  /** Ends what is under way. */
  close(): Promise<void>;
}

/** A pulled image: its documents are here, its layers come as they are opened. */
export interface Pulled {
  readonly image: OciImage;
  readonly blobs: PulledBlobs;
  /** The reference in full, for sources that have one. */
  readonly reference?: string;
  /** False when the registry was not asked, or out of reach: there may be something newer. */
  readonly fresh: boolean;
}

/** Finds the image and its blobs. @throws what the source's reader declares */
export async function pullImage(request: PullRequest): Promise<Pulled> {
  const pulled = await pullFrom(request);
  const { config } = pulled.image;
  if (config.architecture !== "unknown" && !sameProcessor(config, request.platform))
    request.log.warn(`Architecture ${config.architecture} does not match build arch ${request.platform.architecture}`);
  return pulled;
}

async function pullFrom(request: PullRequest): Promise<Pulled> {
  const { source, platform } = request;
  switch (source.kind) {
    case "docker": {
      const { reference } = source;
      return { ...(await pullFromRegistry({ ...request, reference })), reference: formatReference(reference) };
    }
    case "docker-archive":
    case "oci-archive":
      return local(await archiveImage(source, request));
    case "oci":
      return local(await layoutImage(await folderFiles(source.path), { ...source, platform }));
    case "docker-daemon":
      return local(await daemonImage(source.image, await request.daemon(), request));
    default:
      throw fail("E_SOURCE_KIND", { kind: source.kind });
  }
}

function local({ image, blobs }: { readonly image: OciImage; readonly blobs: BlobSource }): Pulled {
  const still = { prefetch: async () => undefined, damaged: async () => false, close: async () => undefined };
  return { image, blobs: { open: blobs.open.bind(blobs), ...still }, fresh: true };
}
