// From flags to image files: what `pull` writes where the user says, and what `run` and its kin keep in the cache.

import { randomUUID } from "node:crypto";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { BerthError, defineErrors } from "../base/errors.ts";
import { parseSize } from "../base/size.ts";
import { conversionOptions } from "../image/conversion-options.ts";
import { checkFileTarget } from "../image/file-target.ts";
import { copyImage, obtainCached, obtainFile } from "../image/obtain.ts";
import { openImage } from "../image/open.ts";
import { findDaemon } from "../oci/archive/daemon-socket.ts";
import { downloadsFrom } from "../oci/fetch/blob-source.ts";
import type { PullPolicy } from "../oci/fetch/registry-image.ts";
import { archPlatform, hostPlatform, parsePlatform, platformFor } from "../oci/platform.ts";
import type { PullRequest } from "../oci/pull.ts";
import { pullFile, withChecksum } from "../oci/pull-file.ts";
import { type Cache, openCache } from "../oci/store/cache.ts";
import type { Platform } from "../oci/types.ts";
import type { ImageSource } from "../oci/uri.ts";
import { cacheDir, tempDir } from "../platform/user.ts";
import type { Context } from "./context.ts";
import type { EnsuredImage } from "./ensure-image.ts";
import type { FlagValues } from "./flags.ts";
import { registryAccess } from "./registry-access.ts";
import type { CONVERSION_FLAGS, SOURCE_FLAGS } from "./source-flags.ts";

type SourceValues = FlagValues<typeof SOURCE_FLAGS>;
type ConversionValues = FlagValues<typeof CONVERSION_FLAGS>;

const DEFAULT_MAX_SIZE = "1T";

const fail = defineErrors({
  E_SOURCE_CONTENT: {
    text: "what {url} leads to is no image: it is {what}",
    hint: "open the address in a browser: it may be a page about the file, or want a login",
  },
  E_SOURCE_FILE: { text: "No transport type URI supplied: {path}", hint: "write for example docker://{path}" },
});

export interface PullToFile {
  readonly source: ImageSource;
  /** Absolute path of the file. */
  readonly target: string;
  /** The target as the user wrote it. */
  readonly shown: string;
  readonly force: boolean;
  readonly values: SourceValues & ConversionValues;
}

/** Carries out `pull`. @throws E_TARGET_…, E_SOURCE_…, and what getting the image makes fail */
export async function pullToFile(request: PullToFile, context: Context): Promise<void> {
  const { source, target, values } = request;
  checkSource(source);
  await checkFileTarget({ path: target, shown: request.shown }, request.force);
  await withCache(values, context, async (cache) => {
    const pull = await pullRequest(source, values, "newer", cache, context);
    const mode = 0o777 & ~process.umask();
    try {
      const path = await imageFile(pull);
      if (path !== undefined) {
        await copyImage(path, target, mode);
        return context.log.info(`wrote ${request.shown}`);
      }
      const outcome = await obtainFile(pull, target, {
        ...conversion(values),
        progress: await context.progress(),
        mode,
      });
      context.log.info(outcome === "unchanged" ? `${request.shown} is up to date` : `wrote ${request.shown}`);
    } finally {
      await pull.end();
    }
  });
}

/** An image source as a file that can be run, kept in the cache; a file of its own when there is no cache. */
export async function cachedImage(
  source: ImageSource,
  values: SourceValues,
  policy: PullPolicy,
  context: Context,
): Promise<EnsuredImage> {
  const options = cacheOptions(values, context);
  const cache = await openCache(options);
  const pull = await pullRequest(source, values, policy, cache, context);
  try {
    const path =
      (await imageFile(pull)) ?? (await obtainCached(pull, { ...conversion({}), progress: await context.progress() }));
    if (!cache.temporary) return { path, temporary: false };
    const kept = join(options.tempDir, `berth-image-${randomUUID()}.sif`);
    await rename(path, kept);
    return { path: kept, temporary: true };
  } finally {
    await pull.end();
    await cache.close();
  }
}

/**
 * The image file that a source is (`oras`, `http`), in the store; undefined for the others. A server may answer with
 * anything: a person should hear of the address rather than of a blob.
 */
export async function imageFile(pull: PullRequest): Promise<string | undefined> {
  const path = await pullFile(pull);
  if (path === undefined || pull.source.kind !== "http") return path;
  const { url } = pull.source;
  await openImage(path, { encrypted: true }).catch((cause: unknown) => {
    const what = cause instanceof BerthError ? (cause.fields["what"] ?? "damaged") : "damaged";
    throw fail("E_SOURCE_CONTENT", { url: url.replace(/[?#].*$/, "").replace(/\/\/[^/@]*@/, "//"), what }, { cause });
  });
  return path;
}

/** @throws E_SOURCE_FILE */
export function checkSource(source: ImageSource): void {
  if (source.kind === "file") throw fail("E_SOURCE_FILE", { path: source.path });
}

function cacheOptions(values: Pick<SourceValues, "tmpdir" | "disable-cache">, { env, user, log }: Context) {
  const temporary = values.tmpdir ?? tempDir(env);
  return { root: cacheDir(env, user), tempDir: temporary, log, disabled: values["disable-cache"] };
}

/** Gives `work` the cache, and closes it. */
export async function withCache<T>(
  values: Pick<SourceValues, "tmpdir" | "disable-cache">,
  context: Context,
  work: (cache: Cache) => Promise<T>,
): Promise<T> {
  const cache = await openCache(cacheOptions(values, context));
  try {
    return await work(cache);
  } finally {
    await cache.close();
  }
}

/** What the flags ask for, as a request; `end` it when the image is no longer needed. */
export async function pullRequest(
  source: ImageSource,
  values: SourceValues,
  policy: PullPolicy,
  cache: Cache,
  context: Context,
): Promise<PullRequest & { end(): Promise<void> }> {
  const { env, user, log, signal } = context;
  const access = registryAccess(values, context);
  return {
    ...{ policy, cache, log, signal },
    source: withChecksum(source, values.checksum),
    platform: platformOf(source, values, context),
    client: access.client,
    daemon: () => findDaemon(env, user.uid, values["docker-host"]),
    progress: await context.progress(),
    downloads: downloadsFrom(env),
    now: Date.now,
    end: access.close,
  };
}

function platformOf(source: ImageSource, values: SourceValues, { log }: Context): Platform {
  const asked = askedPlatform(values);
  return source.kind === "docker" ? platformFor(source.reference.repository, asked, log.warn) : asked;
}

/** The platform that the flags ask for; without one this machine's. */
export function askedPlatform(values: SourceValues): Platform {
  if (values.platform) return parsePlatform(values.platform);
  const { arch, "arch-variant": variant } = values;
  return arch || variant ? archPlatform(arch ?? hostPlatform().architecture, variant) : hostPlatform();
}

/** What the flags say of how the one file is written. @throws E_COMPRESSION_…, E_LEVEL_…, E_BLOCK_SIZE_…, E_SIZE_… */
export function conversion(values: Partial<ConversionValues>) {
  const block = values["block-size"];
  return {
    conversion: conversionOptions({
      compression: values.compression,
      level: values.level,
      blockSize: block === undefined ? undefined : parseSize(block),
      fixPermissions: values["no-fix-perms"] !== true,
      owners: values["squash-owners"] ? "squash" : "keep",
    }),
    maxBytes: parseSize(values["max-size"] ?? DEFAULT_MAX_SIZE),
  };
}
