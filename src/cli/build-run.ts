// Carries out `berth build`: a first try outside the namespace, which is all that a build out of the cache needs; when
// something must be run or mounted, the command begins anew inside. Whatever is made goes to the writer of the target.

import { assemble } from "../build/assemble.ts";
import type { BroughtImage } from "../build/bring-image.ts";
import { type OpenBuilder, openBuilder } from "../build/engine/builder.ts";
import { type BuilderOptions, NeedsNamespace } from "../build/engine/options.ts";
import { importImage } from "../build/import-image.ts";
import { enterBuildNamespace, hasManyIds, insideBuildNamespace } from "../build/namespace.ts";
import type { ReadyImage } from "../build/ready-image.ts";
import { type BuildTarget, checkTarget, parseTarget } from "../build/target.ts";
import type { BuiltImage } from "../build/types.ts";
import { writeTarget } from "../build/write-target.ts";
import type { ImageKey } from "../image/encrypted/index.ts";
import { layerCompression } from "../oci/layers/layer-compression.ts";
import { pullImage } from "../oci/pull.ts";
import { formatReference, parseReference } from "../oci/reference.ts";
import type { Cache } from "../oci/store/cache.ts";
import type { Platform } from "../oci/types.ts";
import type { ImageSource } from "../oci/uri.ts";
import { parseWebAddress } from "../oci/web/web-address.ts";
import { subordinateIds } from "../run/subordinate-ids.ts";
import { type BuildValues, definitionJob, dockerfileJob } from "./build-jobs.ts";
import { type BuildSource, contextFilter, findSource } from "./build-source.ts";
import { squashfsWishes } from "./build-squashfs.ts";
import { heldVoices, type Voices } from "./build-voices.ts";
import type { Context } from "./context.ts";
import { askedPlatform, conversion, imageFile, pullRequest, withCache } from "./image-source.ts";
import { keepFiles } from "./keep-file.ts";
import type { UsedImage } from "./policy-check.ts";
import { registryAccess } from "./registry-access.ts";
import { policyGate } from "./run/policy-gate.ts";
import { sourceDate } from "./source-date.ts";

/** One call of the command, its flags read. */
interface Call {
  readonly target: BuildTarget;
  readonly source: BuildSource;
  readonly values: BuildValues;
  readonly encryption: ImageKey | undefined;
  readonly context: Context;
}

/** Builds. @throws E_TARGET_…, E_BUILD_…, and what the front ends, the engine and the target's writer throw */
export async function build(to: string, from: string, values: BuildValues, context: Context): Promise<void> {
  const target = named(parseTarget(to, { sandbox: values.sandbox }), values.tag);
  await check(target, values, context);
  const source = await findSource(from, values);
  const asks = values.encrypt && values.passphrase && !insideBuildNamespace(context.env);
  // The question is put once, by the process that does the work, and before it.
  if (source.kind !== "image" && asks) return enterBuildNamespace(context);
  const encryption = values.encrypt
    ? await (await import("./seal-key.ts")).sealKey(target, values, context)
    : undefined;
  const call = { target, source, values, context, encryption };
  if (insideBuildNamespace(context.env)) return carryOut(call, heldVoices(context).live());
  // A cache that lasts as long as the process would be lost by entering.
  if (source.kind !== "image" && values["disable-cache"]) return enterBuildNamespace(context);
  const voices = heldVoices(context);
  try {
    await carryOut(call, voices);
  } catch (error) {
    if (error instanceof NeedsNamespace) return enterBuildNamespace(context);
    voices.release();
    throw error;
  }
}

// A registry is asked once, and not where the person would be asked for a password for it.
async function check(target: BuildTarget, values: BuildValues, context: Context): Promise<void> {
  const { env, signal } = context;
  const access = registryAccess(values, context);
  const client = insideBuildNamespace(env) || values["docker-login"] ? undefined : access.client;
  try {
    await checkTarget(target, { force: values.force || values.update, client, signal });
  } finally {
    await access.close();
  }
}

// What the target's own words say wins.
function named(target: BuildTarget, name: string | undefined): BuildTarget {
  if (name === undefined) return target;
  const reference = parseReference(name);
  if (target.kind === "docker-archive") return { reference, ...target };
  if (target.kind !== "oci" && target.kind !== "oci-archive") return target;
  return { ...(reference.tag === undefined ? {} : { tag: reference.tag }), ...target };
}

async function carryOut(call: Call, voices: Voices): Promise<void> {
  const { target, values, context } = call;
  await withCache(values, context, async (cache) => {
    await withReady(call, cache, voices, async (ready) => {
      voices.release();
      await write(call, ready, cache);
    });
  });
  context.log.info(`built ${target.shown}`);
}

async function write({ target, values, context, encryption }: Call, ready: ReadyImage, cache: Cache): Promise<void> {
  const { env, log, signal } = context;
  const access = registryAccess(values, context);
  try {
    await writeTarget(target, ready, {
      ...conversion(squashfsValues(values, log)),
      layerCompression: layerCompression(values["layer-compression"]),
      umask: process.umask(),
      encryption,
      ...{ cache, env, log, signal, client: access.client, now: Date.now },
      progress: await context.progress(),
    });
  } finally {
    await access.close();
  }
}

function squashfsValues(values: BuildValues, log: Context["log"]): Partial<BuildValues> {
  const { ignored, ...wishes } = squashfsWishes(values["mksquashfs-args"] ?? "");
  if (ignored.length > 0) log.warn(`--mksquashfs-args: ${ignored.join(" ")} has no meaning here`);
  return { ...values, ...wishes };
}

async function withReady(
  call: Call,
  cache: Cache,
  voices: Voices,
  use: (ready: ReadyImage) => Promise<void>,
): Promise<void> {
  const { source, values, context } = call;
  if (source.kind === "image") {
    const pulled = await bring(source.source, askedPlatform(values), call, cache);
    return use(pulled).finally(() => pulled.blobs.close());
  }
  const builder = await openBuilder(await builderOptions(call, source, cache, voices));
  try {
    const built = await buildRecipe(source, builder, call, cache);
    const options = { store: cache.blobs, blobs: builder.blobs, sourceDate: sourceDate(context.env) };
    await use(await assemble(built, options));
  } finally {
    await builder.close();
  }
}

async function buildRecipe(
  source: Exclude<BuildSource, { readonly kind: "image" }>,
  builder: OpenBuilder,
  call: Call,
  cache: Cache,
): Promise<BuiltImage> {
  const { target, values, context } = call;
  if (source.kind === "definition") {
    const { buildDefinition, updatedSandbox } = await import("../build/definition/index.ts");
    const update = values.update ? await updatedSandbox(target) : undefined;
    const wishes = { update, keepFile: keepFiles(values, cache, context) };
    return buildDefinition(await definitionJob(source, values, wishes, context), builder);
  }
  const [{ buildDockerfile }, { networkSources }] = await Promise.all([
    import("../build/dockerfile/build.ts"),
    import("../build/dockerfile/network-sources.ts"),
  ]);
  const { join } = await import("node:path");
  const sources = networkSources(join(cache.root, "build", "sources"), context.env, context.user.home);
  try {
    return await buildDockerfile(await dockerfileJob(source.text, values, sources, context), builder);
  } finally {
    await sources.close();
  }
}

async function builderOptions(
  call: Call,
  source: Exclude<BuildSource, { readonly kind: "image" }>,
  cache: Cache,
  voices: Voices,
): Promise<BuilderOptions> {
  const { values, context } = call;
  const { env, user, signal } = context;
  const inside = insideBuildNamespace(env);
  const singleId = inside ? !hasManyIds() : user.uid !== 0 && "missing" in subordinateIds(user);
  const folder = source.kind === "dockerfile" ? source.context : undefined;
  const ignore = source.kind === "dockerfile" ? await contextFilter(source.path, source.context) : undefined;
  return {
    ...{ cache, signal, env, inside, singleId, now: Date.now },
    platform: askedPlatform(values),
    log: voices.log,
    screen: voices.screen,
    progress: await context.progress(),
    maxBytes: conversion(values).maxBytes,
    noCache: values["no-cache"],
    context: folder === undefined ? undefined : { folder, ignore },
    debugShell: values["debug-shell"] && process.stdin.isTTY === true && process.stderr.isTTY === true,
    pull: (image, platform) => bring(image, platform, call, cache),
  };
}

/** An image, whatever kind of source it has, if the signature policies allow it. */
async function bring(source: ImageSource, platform: Platform, call: Call, cache: Cache): Promise<BroughtImage> {
  const { values, context } = call;
  const gate = (image: Omit<UsedImage, "source">) => policyGate({ ...image, source }, values, context);
  if (source.kind === "file") {
    await gate({ word: source.path, path: source.path });
    return imported(source.path, call, cache);
  }
  const request = await pullRequest(source, values, "newer", cache, context);
  const endOnFailure = async (error: unknown): Promise<never> => {
    await request.end();
    throw error;
  };
  const file = await imageFile(request).catch(endOnFailure);
  if (file !== undefined) {
    await request.end();
    const word = source.kind === "oras" ? formatReference(source.reference) : webName(source);
    await gate({ word, path: file });
    return imported(file, call, cache);
  }
  const pulled = await pullImage({ ...request, platform }).catch(endOnFailure);
  const close = async () => {
    await pulled.blobs.close();
    await request.end();
  };
  try {
    await gate({ word: pulled.reference ?? source.kind, manifestBytes: pulled.image.manifestBytes });
  } catch (error) {
    await close();
    throw error;
  }
  const { open, prefetch, damaged } = pulled.blobs;
  return { ...pulled, blobs: { open, prefetch, damaged, close } };
}

function webName(source: ImageSource): string {
  return source.kind === "http" ? parseWebAddress(source.url).shown : source.kind;
}

async function imported(path: string, { context }: Call, cache: Cache): Promise<BroughtImage> {
  const { env, user, log, signal } = context;
  const { image, blobs, ...more } = await importImage(path, { cache, env, uid: user.uid, log, signal });
  const still = { prefetch: async () => undefined, damaged: async () => false, close: async () => undefined };
  return { image, blobs: { open: blobs.open.bind(blobs), ...still }, fresh: true, ...more };
}
