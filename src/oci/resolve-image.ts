// From a reference to one platform's image over a registry client alone, without a store: for what only looks.

import { checkBytes } from "../base/digest.ts";
import type { Log } from "../base/log.ts";
import { fail } from "./errors.ts";
import { MAX_CONFIG } from "./image-config.ts";
import { resolveFrom } from "./image-resolution.ts";
import { sameProcessor } from "./platform.ts";
import { formatReference, type Reference } from "./reference.ts";
import { readBounded } from "./registry/body.ts";
import type { CallOptions, RegistryClient } from "./registry/client.ts";
import { wireFailure } from "./registry/wire-failure.ts";
import type { Descriptor, OciImage, Platform } from "./types.ts";

/** Options of a resolution. */
export interface ResolveOptions extends CallOptions {
  /** Hears of an image for another processor than asked for. */
  readonly log?: Log;
}

/**
 * Fetches what is known of the image for a platform. A single image of another processor is taken, with a warning
 * (spec 1.2 "--arch"): the user may have emulation.
 *
 * @throws what the client, parseManifest, choosePlatform, requireImage and parseImageConfig throw
 */
export async function resolveImage(
  client: RegistryClient,
  reference: Reference,
  want: Platform,
  options: ResolveOptions,
): Promise<OciImage> {
  const { signal } = options;
  const root = await client.manifest(reference, undefined, { signal });
  const read = async (descriptor: Descriptor, kind: "manifest" | "config"): Promise<Uint8Array> => {
    if (kind === "config") return fetchConfig(client, reference, descriptor, { signal });
    if (descriptor.digest === root.descriptor.digest) return root.bytes;
    return (await client.manifest(reference, descriptor.digest, { signal })).bytes;
  };
  const image = await resolveFrom({ read }, root.descriptor, want, formatReference(reference));
  if (image.config.architecture !== "unknown" && !sameProcessor(image.config, want)) {
    options.log?.warn(`Architecture ${image.config.architecture} does not match build arch ${want.architecture}`);
  }
  return image;
}

async function fetchConfig(
  client: RegistryClient,
  reference: Reference,
  config: Descriptor,
  options: CallOptions,
): Promise<Uint8Array> {
  const what = formatReference(reference);
  if (config.size > MAX_CONFIG) throw fail("E_CONFIG_SIZE", { what, got: config.size, max: MAX_CONFIG });
  const { body } = await client.blob(reference, config, options);
  const bytes = await readBounded(body, config.size).catch((error: unknown) => {
    throw wireFailure(error, reference.registry);
  });
  if (bytes === undefined) throw fail("E_CONFIG_SIZE", { what, got: `more than ${config.size}`, max: config.size });
  checkBytes(bytes, config, `the configuration of ${what}`);
  return bytes;
}
