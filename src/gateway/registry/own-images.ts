// The site's own registry as the desk sees it: who may pull what from there, and what was pushed lately. Names are those of
// repositories and tags; which location leads here is known by who asks.

import { asObject, asString, jsonObject } from "../../oci/json.ts";
import { MAX_MANIFEST } from "../../oci/manifest.ts";
import { isIndexType, MANIFEST_ACCEPT } from "../../oci/media-types.ts";
import { discard, readBounded } from "../../oci/registry/body.ts";
import type { Principal, RegistryCredential } from "../types.ts";
import type { Backend } from "./backend.ts";
import type { Book } from "./book.ts";
import { type PeopleParts, personOf } from "./people.ts";
import type { PullPasses } from "./pull-pass.ts";
import { namespaceOf, roleIn } from "./rights.ts";
import type { Shelf } from "./shelf.ts";
import type { TokenService } from "./token-service.ts";

/** What the desk asks. */
export interface OwnImages {
  /** What lets a job pull there as this person; undefined: he may not view it. */
  passFor(who: Principal, repository: string): Promise<RegistryCredential | undefined>;
  /** True when the tag stands for something else by now than this image; false also when that cannot be found out. */
  moved(repository: string, tag: string, digest: string): Promise<boolean>;
  /** True when something was pushed under that tag after that time (seconds since 1970). */
  pushedSince(repository: string, tag: string, time: number): Promise<boolean>;
}

/** What it works with. */
export interface OwnImagesParts extends PeopleParts {
  readonly backend: Pick<Backend, "send">;
  readonly book: Pick<Book, "teams" | "namespace">;
  readonly shelf: Pick<Shelf, "pushedAt">;
  readonly tokens: Pick<TokenService, "own">;
  readonly passes: PullPasses;
}

// The registry is next door; who asks for an image does not wait for one that hangs.
const PATIENCE_MS = 3000;

export function ownImages(parts: OwnImagesParts): OwnImages {
  const { book, shelf, passes } = parts;
  return {
    async passFor(who, repository) {
      const name = namespaceOf(repository);
      const namespace = name === undefined ? undefined : await book.namespace(name);
      const role = roleIn(repository, namespace, await personOf(who, parts));
      return role === undefined ? undefined : passes.make(who, repository);
    },
    async moved(repository, tag, digest) {
      const held = await digestsBehind(repository, tag, parts).catch(() => undefined);
      return held !== undefined && !held.includes(digest);
    },
    pushedSince: async (repository, tag, time) => ((await shelf.pushedAt(repository, tag)) ?? 0) > time,
  };
}

// As deep as images are looked for (src/oci/image-resolution.ts), and no index asks for more than this.
const DEPTH = 3;
const MOST_INDEXES = 16;

/** Digests of what the tag stands for and, of an index, of everything in it; undefined: there is no answer. */
async function digestsBehind(
  repository: string,
  tag: string,
  parts: OwnImagesParts,
): Promise<readonly string[] | undefined> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const found: string[] = [];
  let level = [tag];
  for (let depth = 0; depth < DEPTH && level.length > 0; depth += 1) {
    const below: string[] = [];
    for (const reference of level.slice(0, MOST_INDEXES)) {
      const manifest = await manifestAt(repository, reference, parts, signal);
      if (manifest === undefined) return undefined;
      found.push(manifest.digest, ...manifest.parts.map(({ digest }) => digest));
      below.push(...manifest.parts.filter(({ mediaType }) => isIndexType(mediaType)).map(({ digest }) => digest));
    }
    level = below;
  }
  return found;
}

async function manifestAt(
  repository: string,
  reference: string,
  { backend, tokens }: OwnImagesParts,
  signal: AbortSignal,
): Promise<{ readonly digest: string; readonly parts: readonly Descriptor[] } | undefined> {
  const token = tokens.own([{ type: "repository", name: repository, actions: ["pull"] }]);
  const headers = { accept: MANIFEST_ACCEPT, authorization: `Bearer ${token}`, host: "registry" };
  const answer = await backend.send({
    method: "GET",
    path: `/v2/${repository}/manifests/${reference}`,
    headers,
    signal,
  });
  const digest = answer.headers["docker-content-digest"];
  if (answer.statusCode !== 200 || typeof digest !== "string") {
    await discard(answer);
    return undefined;
  }
  const bytes = await readBounded(answer, MAX_MANIFEST);
  const listed = bytes && jsonObject(bytes)?.["manifests"];
  return { digest, parts: Array.isArray(listed) ? listed.map(descriptorOf) : [] };
}

interface Descriptor {
  readonly digest: string;
  readonly mediaType: string;
}

function descriptorOf(value: unknown): Descriptor {
  const { digest, mediaType } = asObject(value) ?? {};
  return { digest: asString(digest) ?? "", mediaType: asString(mediaType) ?? "" };
}
