// Where an image comes from, as people write it: a transport URI or a file name. Pure; opens nothing.

import { type Digest, parseDigest } from "../base/digest.ts";
import { defineErrors } from "../base/errors.ts";
import { parseReference, type Reference } from "./reference.ts";

const fail = defineErrors({
  E_URI_TRANSPORT: {
    text: "Unsupported transport type: {transport}",
    hint: "known are docker://, docker-archive:, docker-daemon:, oci:, oci-archive: and oras://",
  },
  E_URI_RETIRED: {
    text: "{transport}:// is not supported: {why}",
    hint: "images of that kind are now kept in OCI registries: use docker:// for images, oras:// for SIF files",
  },
  E_URI_EMPTY: { text: '"{text}" names no image', hint: "write for example {example}" },
  E_DAEMON_NAME: {
    text: '"{text}" names no image of the engine: it needs a name and a tag, or an image id',
    hint: "write docker-daemon:name:tag",
  },
});

/** An image source, parsed. */
export type ImageSource =
  | { readonly kind: "docker"; readonly reference: Reference }
  | { readonly kind: "oras"; readonly reference: Reference }
  /** `image` is a name with tag, as written; a number in brackets picks by position (`@0`). */
  | { readonly kind: "docker-archive"; readonly path: string; readonly image?: string }
  | { readonly kind: "docker-daemon"; readonly image: string }
  | { readonly kind: "oci"; readonly path: string; readonly tag?: string; readonly digest?: Digest }
  | { readonly kind: "oci-archive"; readonly path: string; readonly tag?: string; readonly digest?: Digest }
  | { readonly kind: "http"; readonly url: string }
  | { readonly kind: "instance"; readonly name: string }
  | { readonly kind: "file"; readonly path: string };

const RETIRED: Readonly<Record<string, string>> = {
  library: "the library service it spoke to has no open successor",
  shub: "Singularity Hub was closed in 2021",
  ipfs: "it needs a service that berth does not speak to",
};

type Parse = (rest: string, text: string) => ImageSource;

const TRANSPORTS: Readonly<Record<string, Parse>> = {
  docker: (rest, text) => ({
    kind: "docker",
    reference: parseReference(named(withoutSlashes(rest), text, "docker://alpine:3.20")),
  }),
  oras: (rest, text) => ({
    kind: "oras",
    reference: parseReference(named(withoutSlashes(rest), text, "oras://host/path:tag")),
  }),
  http: (_, text) => ({ kind: "http", url: text }),
  https: (_, text) => ({ kind: "http", url: text }),
  instance: (rest, text) => ({ kind: "instance", name: named(withoutSlashes(rest), text, "instance://name") }),
  oci: (rest, text) => ({ kind: "oci", ...layoutPath(named(rest, text, "oci:folder:tag")) }),
  "oci-archive": (rest, text) => ({
    kind: "oci-archive",
    ...layoutPath(named(rest, text, "oci-archive:file.tar:tag")),
  }),
  "docker-archive": (rest, text) => dockerArchive(named(rest, text, "docker-archive:file.tar")),
  "docker-daemon": (rest, text) => daemonImage(named(rest, text, "docker-daemon:name:tag")),
};

/**
 * Parses what a user gave as an image. `X://…` is always a URI; `a:b` is one only when `a` is a known transport.
 *
 * @throws E_URI_TRANSPORT, E_URI_RETIRED, E_URI_EMPTY, E_DAEMON_NAME, E_REFERENCE_…, E_DIGEST_INVALID
 */
export function parseImageUri(text: string): ImageSource {
  const match = /^([a-z][a-z0-9+.-]*):(\/\/)?/i.exec(text);
  const transport = match?.[1]?.toLowerCase() ?? "";
  const rest = text.slice(transport.length + 1);
  const retired = Object.hasOwn(RETIRED, transport) ? RETIRED[transport] : undefined;
  if (match?.[2] && retired) throw fail("E_URI_RETIRED", { transport, why: retired });
  const parse = Object.hasOwn(TRANSPORTS, transport) ? TRANSPORTS[transport] : undefined;
  const slashesNeeded = ["docker", "oras", "http", "https", "instance"].includes(transport);
  if (parse && (match?.[2] || !slashesNeeded)) return parse(rest, text);
  if (match?.[2]) throw fail("E_URI_TRANSPORT", { transport });
  if (text === "") throw fail("E_URI_EMPTY", { text, example: "docker://alpine:3.20" });
  return { kind: "file", path: text };
}

function named(rest: string, text: string, example: string): string {
  if (rest === "") throw fail("E_URI_EMPTY", { text, example });
  return rest;
}

function withoutSlashes(rest: string): string {
  return rest.replace(/^\/\//, "");
}

// `path[:tag]` or `path@digest`; the path itself may hold colons in its folders, a tag never holds a slash.
function layoutPath(rest: string): { path: string; tag?: string; digest?: Digest } {
  const path = withoutStraySlashes(rest);
  const at = /@(sha(?:256|512):[^/@]*)$/.exec(path);
  if (at?.[1]) return { path: path.slice(0, at.index), digest: parseDigest(at[1]) };
  const tag = /:([^/:]+)$/.exec(path);
  return tag?.[1] ? { path: path.slice(0, tag.index), tag: tag[1] } : { path };
}

// Some write oci://folder; two slashes that lead to a relative path are taken as written by mistake.
function withoutStraySlashes(rest: string): string {
  return /^\/\/[^/]/.test(rest) ? rest.slice(2) : rest;
}

// `path[:reference]`. A reference may itself hold colons and slashes (host:5000/app:1), so the path ends with the first
// colon after a usual archive suffix, or, without one, with the first colon at all.
function dockerArchive(rest: string): ImageSource {
  const path = withoutStraySlashes(rest);
  const match = /^(.*?\.(?:tar|tgz|tar\.(?:gz|zst|xz)|tzst|txz)|[^:]*)(?::(.+))?$/.exec(path);
  const image = match?.[2];
  return { kind: "docker-archive", path: match?.[1] ?? path, ...(image ? { image } : {}) };
}

function daemonImage(rest: string): ImageSource {
  const image = withoutSlashes(rest);
  const slash = image.lastIndexOf("/");
  const complete = image.indexOf(":", slash + 1) > slash || image.includes("@") || /^[0-9a-f]{12,64}$/.test(image);
  if (!complete || !/^[A-Za-z0-9][A-Za-z0-9._/:@-]*$/.test(image)) throw fail("E_DAEMON_NAME", { text: image });
  return { kind: "docker-daemon", image };
}
