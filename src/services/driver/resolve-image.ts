// What a tag means now: the digest, and the name by which the engine finds that image whatever becomes of the tag.

import { BerthError } from "../../base/errors.ts";
import { HUB, parseReference } from "../../oci/reference.ts";
import type { Engine, EngineImage } from "../engine/types.ts";
import type { ResolvedImage } from "../types.ts";
import { fail } from "./errors.ts";

/** How a reference is to be resolved. */
export interface Resolution {
  readonly engine: Engine;
  /** `always`: the registry is asked although the engine has the image. */
  readonly pull: "missing" | "always" | "never";
  readonly platform?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** @throws E_DRIVER_NO_IMAGE, E_ENGINE_PULL */
export async function resolveImage(reference: string, how: Resolution): Promise<ResolvedImage> {
  const { engine, signal } = how;
  const before = await lookImage(engine, reference, signal);
  if (!needsPull(reference, before, how.pull)) {
    if (!before) throw fail("E_DRIVER_NO_IMAGE", { reference });
    return resolved(reference, before);
  }
  await pull(reference, how);
  const after = await lookImage(engine, reference, signal);
  if (!after) throw fail("E_DRIVER_NO_IMAGE", { reference });
  return resolved(reference, after);
}

/**
 * The image of that name on the engine; undefined: it has none. Engines take the first digits of an image's id for a name,
 * too: by those everybody could run the images of others, which no rule has seen.
 */
export async function lookImage(
  engine: Pick<Engine, "image">,
  reference: string,
  signal?: AbortSignal,
): Promise<EngineImage | undefined> {
  const image = await engine.image(reference, { signal });
  return image && isNamed(reference, image) ? image : undefined;
}

/** Pure: true when the image is on the engine under that name, and not only found by its id. */
export function isNamed(reference: string, { tags, digests }: Pick<EngineImage, "tags" | "digests">): boolean {
  const wanted = wholeName(reference);
  // Podman keeps images that were made on the machine under a registry of this name.
  const own = wholeName(`localhost/${reference}`);
  const names = [...tags, ...digests].map(wholeName);
  return wanted !== undefined && (names.includes(wanted) || (!namesRegistry(reference) && names.includes(own)));
}

// With registry, and with a digest without the tag, which then means nothing.
function wholeName(text: string): string | undefined {
  try {
    const { registry, repository, tag, digest } = parseReference(text);
    return `${registry}/${repository}${digest === undefined ? `:${tag ?? "latest"}` : `@${digest}`}`;
  } catch (error) {
    if (error instanceof BerthError) return undefined;
    throw error;
  }
}

/** Pure: whether the registry is asked. */
export function needsPull(reference: string, there: EngineImage | undefined, pull: Resolution["pull"]): boolean {
  if (pull === "never") return false;
  if (!there) return true;
  if (pull === "missing") return false;
  if (reference.includes("@")) return false;
  // Made on this engine and never pushed: no registry knows it, and to ask would only take long. A reference that names
  // its registry is asked for all the same.
  return there.digests.length > 0 || namesRegistry(reference);
}

/** Pure: the digest of an image by the registry that the reference names, else of its configuration. */
export function resolved(reference: string, image: EngineImage): ResolvedImage {
  const repository = repositoryOf(reference);
  const wanted = /@(?<digest>.+)$/.exec(reference)?.groups?.["digest"];
  // One image may have several digests of a repository: lists, and manifests that were pushed anew.
  const own = image.digests.filter((digest) => repositoryOf(digest) === repository);
  const known = own.find((digest) => wanted !== undefined && digest.endsWith(`@${wanted}`)) ?? own[0];
  const digest = known?.slice(known.indexOf("@") + 1);
  if (known === undefined || digest === undefined) return { reference, digest: image.id, local: image.id };
  return { reference, digest, local: known };
}

function repositoryOf(text: string): string {
  try {
    const { registry, repository } = parseReference(text);
    return `${registry}/${repository}`;
  } catch (error) {
    if (error instanceof BerthError) return text;
    throw error;
  }
}

function namesRegistry(reference: string): boolean {
  const first = reference.split("/")[0] ?? "";
  return reference.includes("/") && (/[.:]/.test(first) || first === "localhost") && first !== HUB;
}

async function pull(reference: string, { engine, platform, signal }: Resolution): Promise<void> {
  // An engine told no tag might pull all of them.
  await engine.pull(withTag(reference), { platform }, { signal });
}

function withTag(reference: string): string {
  const last = reference.slice(reference.lastIndexOf("/") + 1);
  return last.includes(":") || last.includes("@") ? reference : `${reference}:latest`;
}
