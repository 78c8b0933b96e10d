// The plain records of the OCI image and distribution specifications that cross the doors of this room.

import type { Readable } from "node:stream";
import type { Digest } from "../base/digest.ts";

/** Image-spec descriptor.md. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly artifactType?: string;
  readonly platform?: Platform;
}

/** Image-spec image-index.md, "platform". */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

/** Image-spec manifest.md, and Docker's manifest schema 2, which has the same shape. */
export interface ImageManifest {
  readonly mediaType: string;
  readonly config: Descriptor;
  /** Bottom layer first. */
  readonly layers: readonly Descriptor[];
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The run-time half of an image configuration (image-spec config.md, "config"). */
export interface RuntimeConfig {
  readonly User?: string;
  readonly Env?: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly WorkingDir?: string;
  readonly Labels?: Readonly<Record<string, string>>;
  readonly ExposedPorts?: Readonly<Record<string, object>>;
  readonly Volumes?: Readonly<Record<string, object>>;
  readonly StopSignal?: string;
  /** Docker's extension: the shell of the shell forms. */
  readonly Shell?: readonly string[];
}

/** Image-spec config.md. */
export interface ImageConfig extends Platform {
  readonly created?: string;
  readonly config?: RuntimeConfig;
  readonly rootfs: { readonly type: "layers"; readonly diff_ids: readonly string[] };
}

/** One platform's image, resolved: what every later room needs to know of it. Blobs come from a `BlobSource`. */
export interface OciImage {
  /** Descriptor of this platform's manifest (not of the index that led to it). */
  readonly descriptor: Descriptor;
  readonly manifest: ImageManifest;
  /** The manifest exactly as stored, since its digest is the image's name. */
  readonly manifestBytes: Uint8Array;
  readonly config: ImageConfig;
  readonly configBytes: Uint8Array;
}

/** Where blobs come from. The stream ends in an error unless size and digest are those of the descriptor. */
export interface BlobSource {
  open(descriptor: Descriptor, options: { readonly signal?: AbortSignal | undefined }): Promise<Readable>;
}
