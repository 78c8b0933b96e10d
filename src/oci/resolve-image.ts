// From a reference to one platform's image in one call: index, manifest, configuration. What the store keeps and
// when a blob is fetched is decided elsewhere.

import { checkBytes } from "../base/digest.ts";
import type { Log } from "../base/log.ts";
import { requireImage } from "./artifact.ts";
import { fail } from "./errors.ts";
import { MAX_CONFIG, parseImageConfig } from "./image-config.ts";
import { type ParsedManifest, parseManifest } from "./manifest.ts";
import { choosePlatform, sameProcessor } from "./platform.ts";
import { formatReference, type Reference } from "./reference.ts";
import { readBounded } from "./registry/body.ts";
import type { CallOptions, ManifestAnswer, RegistryClient } from "./registry/client.ts";
import { wireFailure } from "./registry/wire-failure.ts";
import type { Descriptor, OciImage, Platform } from "./types.ts";

/** How deep indexes may nest; one level is usual. */
const MAX_NESTING = 3;

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
  const what = formatReference(reference);
  const { answer, manifest, chosen } = await findManifest(client, reference, want, options);
  requireImage(manifest, what);
  const configBytes = await fetchConfig(client, reference, manifest.config, options);
  const config = parseImageConfig(configBytes, manifest, what);
  if (!chosen && !sameProcessor(config, want)) {
    options.log?.warn(`Architecture ${config.architecture} does not match build arch ${want.architecture}`);
  }
  return { descriptor: answer.descriptor, manifest, manifestBytes: answer.bytes, config, configBytes };
}

interface Found {
  readonly answer: ManifestAnswer;
  readonly manifest: ParsedManifest;
  /** True when an index chose it by platform. */
  readonly chosen: boolean;
}

async function findManifest(
  client: RegistryClient,
  reference: Reference,
  want: Platform,
  options: CallOptions,
): Promise<Found> {
  const what = formatReference(reference);
  let answer = await client.manifest(reference, undefined, options);
  for (let depth = 0; depth <= MAX_NESTING; depth += 1) {
    const parsed = parseManifest(answer.bytes, answer.descriptor.mediaType, what);
    if (parsed.kind === "manifest") return { answer, manifest: parsed, chosen: depth > 0 };
    const entry = choosePlatform(parsed.manifests, want);
    answer = await client.manifest(reference, entry.digest, options);
  }
  throw fail("E_MANIFEST_INVALID", { what, why: `indexes are nested more than ${MAX_NESTING} deep` });
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
