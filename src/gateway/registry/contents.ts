// What lies in the registry behind the gateway, as it says itself: its repositories, their tags, and what those stand for.
// Asked in the gateway's own name. Speaks HTTP, keeps nothing.

import type { IncomingMessage } from "node:http";
import { asObject, asString, asStrings, jsonObject } from "../../oci/json.ts";
import { MAX_MANIFEST } from "../../oci/manifest.ts";
import { isIndexType, MANIFEST_ACCEPT } from "../../oci/media-types.ts";
import { discard, readBounded } from "../../oci/registry/body.ts";
import type { Backend } from "./backend.ts";
import { fail } from "./errors.ts";
import { isRepositoryName } from "./scope.ts";
import type { TokenService } from "./token-service.ts";

/** What a tag stands for. */
export interface HeldManifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: number;
}

/** The registry's contents. Everything throws E_REGISTRY_AWAY, and the signal's reason. */
export interface Contents {
  /** The names of all repositories, asked for so many at a time. */
  repositories(page: number, signal: AbortSignal): AsyncGenerator<string>;
  /** Undefined: there is no such repository. */
  tags(repository: string, signal: AbortSignal): Promise<ReadonlySet<string> | undefined>;
  /** Undefined: there is no such tag. */
  manifest(repository: string, tag: string, signal: AbortSignal): Promise<HeldManifest | undefined>;
  /** Digests of what the tag stands for and, of an index, of everything in it; undefined: there is no such tag. */
  digests(repository: string, tag: string, signal: AbortSignal): Promise<readonly string[] | undefined>;
}

/** What it works with. */
export interface ContentsParts {
  readonly backend: Pick<Backend, "send">;
  readonly tokens: Pick<TokenService, "own">;
}

// Of a list of names; the registry gives all tags of a repository in one.
const MAX_LIST = 32 * 1024 * 1024;
const TAG = /^\w[\w.-]{0,127}$/;

export function registryContents(parts: ContentsParts): Contents {
  return {
    async *repositories(page, signal) {
      for (let last: string | undefined = ""; last !== undefined; ) {
        const names: readonly string[] =
          (await listAt(catalogPath(page, last), CATALOG, "repositories", parts, signal)) ?? [];
        yield* names.filter(isRepositoryName);
        const end = names.at(-1);
        // A registry that begins anew would be asked for ever.
        last = end === last ? undefined : end;
      }
    },
    async tags(repository, signal) {
      const tags = await listAt(`/v2/${repository}/tags/list`, pulling(repository), "tags", parts, signal);
      return tags && new Set(tags.filter((tag) => TAG.test(tag)));
    },
    async manifest(repository, tag, signal) {
      const answer = await ask("HEAD", manifestPath(repository, tag), pulling(repository), parts, signal);
      await discard(answer);
      return found(answer) ? heldIn(answer) : undefined;
    },
    digests: (repository, tag, signal) => digestsBehind(repository, tag, parts, signal),
  };
}

interface Access {
  readonly type: string;
  readonly name: string;
  readonly actions: readonly string[];
}

const CATALOG: Access = { type: "registry", name: "catalog", actions: ["*"] };

function pulling(repository: string): Access {
  return { type: "repository", name: repository, actions: ["pull"] };
}

function catalogPath(page: number, last: string): string {
  return `/v2/_catalog?n=${page}${last === "" ? "" : `&last=${encodeURIComponent(last)}`}`;
}

function manifestPath(repository: string, reference: string): string {
  return `/v2/${repository}/manifests/${reference}`;
}

function ask(
  method: "GET" | "HEAD",
  path: string,
  access: Access,
  { backend, tokens }: ContentsParts,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const authorization = `Bearer ${tokens.own([access])}`;
  return backend.send({
    method,
    path,
    headers: { accept: MANIFEST_ACCEPT, authorization, host: "registry" },
    signal,
  });
}

/** @throws E_REGISTRY_AWAY for what is neither there nor missing */
function found(answer: IncomingMessage): boolean {
  if (answer.statusCode === 200) return true;
  if (answer.statusCode === 404) return false;
  throw fail("E_REGISTRY_AWAY", { why: `it answers with status ${answer.statusCode ?? 0}` });
}

async function listAt(path: string, access: Access, key: string, parts: ContentsParts, signal: AbortSignal) {
  const answer = await ask("GET", path, access, parts, signal);
  const bytes = await readBounded(answer, MAX_LIST);
  if (!found(answer)) return undefined;
  if (bytes === undefined) throw fail("E_REGISTRY_AWAY", { why: `its list of ${key} is too long` });
  // Null where there are none.
  return asStrings(jsonObject(bytes)?.[key]) ?? [];
}

function heldIn({ headers }: IncomingMessage): HeldManifest | undefined {
  const { "docker-content-digest": digest, "content-type": mediaType = "", "content-length": length = "0" } = headers;
  return typeof digest === "string" ? { digest, mediaType, bytes: Number(length) } : undefined;
}

// As deep as images are looked for (src/oci/image-resolution.ts), and no index asks for more than this.
const DEPTH = 3;
const MOST_INDEXES = 16;

async function digestsBehind(
  repository: string,
  tag: string,
  parts: ContentsParts,
  signal: AbortSignal,
): Promise<readonly string[] | undefined> {
  const digests: string[] = [];
  let level = [tag];
  for (let depth = 0; depth < DEPTH && level.length > 0; depth += 1) {
    const below: string[] = [];
    for (const reference of level.slice(0, MOST_INDEXES)) {
      const answer = await ask("GET", manifestPath(repository, reference), pulling(repository), parts, signal);
      const bytes = await readBounded(answer, MAX_MANIFEST);
      if (!found(answer)) return undefined;
      const inside = partsOf(bytes);
      digests.push(heldIn(answer)?.digest ?? "", ...inside.map(({ digest }) => digest));
      below.push(...inside.filter(({ mediaType }) => isIndexType(mediaType)).map(({ digest }) => digest));
    }
    level = below;
  }
  return digests;
}

function partsOf(bytes: Buffer | undefined): readonly { readonly digest: string; readonly mediaType: string }[] {
  const listed = bytes && jsonObject(bytes)?.["manifests"];
  if (!Array.isArray(listed)) return [];
  return listed.map((part) => {
    const { digest, mediaType } = asObject(part) ?? {};
    return { digest: asString(digest) ?? "", mediaType: asString(mediaType) ?? "" };
  });
}
