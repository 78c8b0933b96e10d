// Carries out `berth push`: finds the image, and hands it to the writer of the target.

import { basename } from "node:path";
import { defineErrors } from "../base/errors.ts";
import { bringImage } from "../build/bring-image.ts";
import { hasLayer, pushSif } from "../build/push-target.ts";
import type { ReadyImage } from "../build/ready-image.ts";
import { type BuildTarget, checkTarget, parseTarget } from "../build/target.ts";
import { type TargetOptions, writeTarget } from "../build/write-target.ts";
import { openImage } from "../image/open.ts";
import { layerCompression } from "../oci/layers/layer-compression.ts";
import { formatReference } from "../oci/reference.ts";
import type { Cache } from "../oci/store/cache.ts";
import type { Descriptor } from "../oci/types.ts";
import { type ImageSource, parseImageUri } from "../oci/uri.ts";
import type { Context } from "./context.ts";
import type { FlagValues } from "./flags.ts";
import { conversion, pullRequest, withCache } from "./image-source.ts";
import type { PUSH_FLAGS } from "./push.ts";
import { registryAccess } from "./registry-access.ts";

type PushValues = FlagValues<typeof PUSH_FLAGS>;

const fail = defineErrors({
  E_PUSH_TARGET: {
    text: '"{target}" is no place to push to',
    hint: "write oras://host/path:tag for a SIF file, docker://host/path:tag for an OCI image, or use berth build for files",
  },
  E_PUSH_SIF: {
    text: "oras:// takes SIF files, and {source} is {what}",
    hint: "make one first: berth build image.sif {source}; or push it as an OCI image with docker://",
  },
  E_PUSH_ANNOTATION: { text: '--annotation "{text}" is not name=text', exit: 1 },
});

/** Pushes; answers with what the target now holds. @throws E_PUSH_…, E_TARGET_…, E_IMAGE_…, and what pulling does */
export async function pushImageTo(from: string, to: string, values: PushValues, context: Context): Promise<string> {
  const source = parseImageUri(from);
  const target = parseTarget(to, { sandbox: false });
  if (target.kind === "sif" || target.kind === "sandbox") throw fail("E_PUSH_TARGET", { target: to });
  // A file goes to oras:// as it is, whatever its partition is encrypted with.
  if (source.kind === "file") await openImage(source.path, { encrypted: target.kind === "oras" });
  await checkTarget(target, { force: values.force });
  const access = registryAccess(values, context);
  try {
    return await withCache(values, context, async (cache) => {
      const options = await targetOptions(values, context, cache, access.client);
      if (target.kind === "oras" && source.kind === "file") {
        await requireSif(source.path);
        return pushed(target, await pushSif(source.path, target.reference, options, basename(source.path)));
      }
      const isThere = async (layer: Descriptor) =>
        target.kind === "docker" && (await hasLayer(target.reference, layer, options));
      const way = { source, values, context, cache, isThere };
      const { digest } = await withReady(way, (ready) => writeTarget(target, ready, options));
      return pushed(target, digest);
    });
  } finally {
    await access.close();
  }
}

async function requireSif(path: string): Promise<void> {
  const { kind } = await openImage(path, { encrypted: true });
  const what = { squashfs: "a bare squashfs file", sandbox: "a folder", sif: "" }[kind];
  if (kind !== "sif") throw fail("E_PUSH_SIF", { source: path, what });
}

interface Way {
  readonly source: ImageSource;
  readonly values: PushValues;
  readonly context: Context;
  readonly cache: Cache;
  readonly isThere: (layer: Descriptor) => Promise<boolean>;
}

async function withReady<T>(way: Way, use: (ready: ReadyImage) => Promise<T>): Promise<T> {
  const { source, values, context, cache, isThere } = way;
  const { env, user } = context;
  const request = await pullRequest(source, values, "newer", cache, context);
  try {
    const pulled = await bringImage(request, { env, uid: user.uid, isThere });
    if (pulled.original === false) context.log.info("The image is pushed as one layer made of its files");
    try {
      return await use(pulled);
    } finally {
      await pulled.blobs.close();
    }
  } finally {
    await request.end();
  }
}

async function targetOptions(
  values: PushValues,
  context: Context,
  cache: Cache,
  client: TargetOptions["client"],
): Promise<TargetOptions> {
  const { env, log, signal } = context;
  return {
    ...conversion({}),
    layerCompression: layerCompression(values["layer-compression"]),
    annotations: annotations(values),
    umask: process.umask(),
    ...{ cache, env, log, signal, client },
    progress: await context.progress(),
    now: Date.now,
  };
}

function annotations(values: PushValues): Readonly<Record<string, string>> {
  const found = values.annotation.map((text) => {
    const equals = text.indexOf("=");
    if (equals < 1) throw fail("E_PUSH_ANNOTATION", { text });
    return [text.slice(0, equals), text.slice(equals + 1)] as const;
  });
  const { description } = values;
  const own = description === undefined ? [] : [["org.opencontainers.image.description", description] as const];
  return Object.fromEntries([...own, ...found]);
}

function pushed(target: BuildTarget, digest: string | undefined): string {
  const name = target.kind === "docker" || target.kind === "oras" ? formatReference(target.reference) : target.shown;
  return digest === undefined ? name : `${name}@${digest}`;
}
