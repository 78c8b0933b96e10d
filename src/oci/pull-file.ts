// Sources that hold an image file rather than layers: a SIF file in a registry, any image file on a web server.

import { parseDigest } from "../base/digest.ts";
import { pullSif } from "./fetch/sif-artifact.ts";
import type { PullRequest } from "./pull.ts";
import type { ImageSource } from "./uri.ts";
import { fail } from "./web/errors.ts";
import { pullWebFile } from "./web/pull-web-file.ts";

/** The file of an `oras` or `http` source, in the store: link or copy it. Undefined: the source is of another kind. */
export async function pullFile(request: PullRequest): Promise<string | undefined> {
  const { source } = request;
  if (source.kind === "oras") return (await pullSif({ ...request, reference: source.reference })).path;
  if (source.kind === "http") return (await pullWebFile({ ...request, url: source.url })).path;
  return undefined;
}

/** The source with the checksum that a flag says. @throws E_CHECKSUM_SOURCE, E_DIGEST_INVALID */
export function withChecksum(source: ImageSource, checksum: string | undefined): ImageSource {
  if (checksum === undefined) return source;
  if (source.kind !== "http") throw fail("E_CHECKSUM_SOURCE", { kind: `${source.kind}:` });
  const digest = checksum.includes(":") ? checksum : `sha256:${checksum}`;
  return { kind: "http", url: `${source.url.replace(/#.*$/, "")}#${parseDigest(digest.toLowerCase())}` };
}
