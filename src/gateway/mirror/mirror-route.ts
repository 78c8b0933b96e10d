// What a request to the mirror asks for, and of which registry. Three ways of naming the registry: `?ns=HOST`
// (containerd), a first path part that is a location's name or host (podman, skopeo), or none: the default (Docker). Pure.

import { type Digest, parseDigest } from "../../base/digest.ts";
import { formatReference, parseReference, type Reference } from "../../oci/reference.ts";
import { fail } from "./errors.ts";
import type { Upstream, Upstreams } from "./upstreams.ts";

/** A request, understood. */
export type MirrorRoute =
  | { readonly kind: "ping" }
  | (Named & { readonly kind: "manifest" })
  | (Named & { readonly kind: "tags" })
  | (Named & { readonly kind: "blob" | "referrers"; readonly digest: Digest });

/** What all but the ping say. */
export interface Named {
  readonly upstream: Upstream;
  /** Registry and repository, and of a manifest its tag or digest. */
  readonly reference: Reference;
  /** The repository as the client wrote it, for links that lead back. */
  readonly written: string;
}

const MAX_PATH = 1024;

/** Understands path and `ns`. @throws E_MIRROR_PATH, E_MIRROR_UPSTREAM, E_REFERENCE_… */
export function parseMirrorRoute(path: string, ns: string | undefined, upstreams: Upstreams): MirrorRoute {
  if (path === "/v2/" || path === "/v2") return { kind: "ping" };
  const match = /^\/v2\/(.+)\/(?:(manifests|blobs|referrers)\/([^/]+)|(tags)\/list)$/.exec(path);
  const [, written = "", what, last = "", tags] = match ?? [];
  if (match === null || path.length > MAX_PATH) throw fail("E_MIRROR_PATH");
  const { upstream, repository } = placeOf(written, ns, upstreams);
  const name = `${upstream.host}/${repository}`;
  if (tags !== undefined) return { kind: "tags", upstream, reference: parseReference(name), written };
  if (what === "manifests") {
    const reference = parseReference(last.includes(":") ? `${name}@${last}` : `${name}:${last}`);
    return { kind: "manifest", upstream, reference, written };
  }
  const kind = what === "blobs" ? "blob" : "referrers";
  return { kind, upstream, reference: parseReference(name), digest: parseDigest(last), written };
}

function placeOf(written: string, ns: string | undefined, upstreams: Upstreams) {
  if (ns !== undefined) {
    const upstream = upstreams.named(ns);
    if (upstream === undefined) throw fail("E_MIRROR_UPSTREAM", { name: ns.slice(0, 255) });
    return { upstream, repository: written };
  }
  const slash = written.indexOf("/");
  const first = slash < 0 ? undefined : written.slice(0, slash);
  const named = first === undefined ? undefined : upstreams.named(first);
  if (named !== undefined) return { upstream: named, repository: written.slice(slash + 1) };
  // A host that is no location must not be taken for a folder of the default registry.
  const foreign = first !== undefined && /[.:[\]]/.test(first);
  if (foreign || upstreams.main === undefined) throw fail("E_MIRROR_UPSTREAM", { name: first ?? written });
  return { upstream: upstreams.main, repository: written };
}

/** `host/repository`: what access and contents are remembered by. */
export function repositoryKey({ registry, repository }: Reference): string {
  return `${registry}/${repository}`;
}

/** `host/repository:tag` or `…@digest`, without the tag that a digest makes idle. */
export function manifestKey(reference: Reference): string {
  const { digest, registry, repository } = reference;
  return formatReference(digest === undefined ? reference : { registry, repository, digest });
}
