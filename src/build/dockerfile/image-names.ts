// Names that are no stage's: a named context of the call, or an image. Pure.

import { reasonOf } from "../../base/errors.ts";
import type { Located } from "../../base/source.ts";
import { parseReference, type Reference } from "../../oci/reference.ts";
import { type ImageSource, parseImageUri } from "../../oci/uri.ts";
import { failAt } from "./errors.ts";
import type { NamedContext } from "./job.ts";

// With these, a colon and a path, buildah's FROM takes images from elsewhere than registries.
const TRANSPORT = /^(?:docker:\/\/|(?:docker-archive|docker-daemon|oci|oci-archive):[^:])/;

/** The named context that replaces a stage's or an image's name, if the call gives one. */
export function contextFor(name: string, contexts: ReadonlyMap<string, NamedContext>): NamedContext | undefined {
  const exact = contexts.get(name) ?? contexts.get(name.toLowerCase());
  if (exact !== undefined) return exact;
  const wanted = reference(name);
  if (wanted === undefined) return undefined;
  // `alpine` replaces `docker.io/library/alpine:latest` as well: they are one image.
  for (const [key, context] of contexts) {
    const known = reference(key);
    if (known && same(known, wanted)) return context;
  }
  return undefined;
}

/** The image that a name means. @throws E_FROM_NAME */
export function imageNamed(name: string, at: Located): ImageSource {
  try {
    if (TRANSPORT.test(name)) return parseImageUri(name);
    return { kind: "docker", reference: parseReference(name) };
  } catch (cause) {
    throw failAt("E_FROM_NAME", at, { word: name, why: reasonOf(cause) }, { cause });
  }
}

function reference(name: string): Reference | undefined {
  try {
    return parseReference(name);
  } catch {
    return undefined;
  }
}

function same(a: Reference, b: Reference): boolean {
  return a.registry === b.registry && a.repository === b.repository && a.tag === b.tag && a.digest === b.digest;
}
