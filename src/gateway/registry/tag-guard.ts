// Keeps immutable tags what they are, and what was refused by the site's checks where it is. Asks the registry itself
// what a tag stands for: its notifications may be late.

import type { IncomingMessage } from "node:http";
import { digestOf } from "../../base/digest.ts";
import { MANIFEST_ACCEPT } from "../../oci/media-types.ts";
import { discard } from "../../oci/registry/body.ts";
import type { Backend } from "./backend.ts";
import type { Book } from "./book.ts";
import { fail } from "./errors.ts";
import { namespaceOf } from "./rights.ts";
import type { Shelf } from "./shelf.ts";
import type { Signer } from "./signer.ts";
import { immutableBy, type TagRule } from "./tag-rules.ts";
import { GATEWAY, type TokenService } from "./token-service.ts";

/** A manifest that somebody asks for or brings. */
export interface GuardedRequest {
  readonly repository: string;
  /** Tag or digest. */
  readonly reference: string;
  readonly authorization: string | undefined;
  readonly signal: AbortSignal;
}

/** Stands between people and manifests. */
export interface TagGuard {
  /** Lets `put` happen unless it would move an immutable tag. @throws E_REGISTRY_IMMUTABLE */
  putting(
    request: GuardedRequest & { readonly body: Buffer },
    put: () => Promise<IncomingMessage>,
  ): Promise<IncomingMessage>;
  /** @throws E_REGISTRY_QUARANTINED */
  reading(request: GuardedRequest): Promise<void>;
}

/** What the guard knows. */
export interface GuardParts {
  readonly backend: Backend;
  readonly book: Pick<Book, "namespace">;
  readonly shelf: Pick<Shelf, "digestOf" | "verdict">;
  readonly tokens: Pick<TokenService, "own">;
  readonly signer: Pick<Signer, "check">;
  /** The site's own rules, for all repositories. */
  readonly rules: readonly TagRule[];
  readonly now: () => number;
}

/** One at a time for each tag: two pushes at once must not both find the tag free. */
export function tagGuard(parts: GuardParts): TagGuard {
  const inTurn = turns();
  const claimsOf = (authorization: string | undefined) =>
    parts.signer.check(/^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1] ?? "", parts.now());
  const may = ({ authorization, repository }: GuardedRequest, action: "pull" | "push") =>
    claimsOf(authorization)?.access.some(
      ({ type, name, actions }) => type === "repository" && name === repository && actions.includes(action),
    ) === true;
  return {
    async putting(request, put) {
      const { repository, reference: tag, body } = request;
      // Who may not push learns from the registry that he may not, and nothing of its tags.
      if (tag.includes(":") || !may(request, "push")) return put();
      const name = namespaceOf(repository);
      const namespace = name === undefined ? undefined : await parts.book.namespace(name);
      const placed = namespace && { place: namespace.name, rules: namespace.tagRules };
      const rule = immutableBy(repository, tag, parts.rules, placed);
      if (rule === undefined) return put();
      return inTurn(`${repository}:${tag}`, async () => {
        const there = await currentDigest(request, parts);
        // The same again changes nothing: clients that repeat a push must not fail.
        if (there === undefined || there === digestOf(body)) return put();
        throw fail("E_REGISTRY_IMMUTABLE", { tag, repository, pattern: rule.pattern, place: rule.place });
      });
    },
    async reading(request) {
      const { repository, reference, authorization } = request;
      if (!may(request, "pull") || claimsOf(authorization)?.sub === GATEWAY) return;
      const digest = reference.includes(":") ? reference : await parts.shelf.digestOf(repository, reference);
      const verdict = digest === undefined ? undefined : await parts.shelf.verdict(digest);
      if (digest === undefined || verdict === undefined || verdict.verdict === "accepted") return;
      throw fail("E_REGISTRY_QUARANTINED", { repository, digest, reason: verdict.reason });
    },
  };
}

async function currentDigest({ repository, reference, signal }: GuardedRequest, { backend, tokens }: GuardParts) {
  const token = tokens.own([{ type: "repository", name: repository, actions: ["pull"] }]);
  const headers = { accept: MANIFEST_ACCEPT, authorization: `Bearer ${token}`, host: "registry" };
  const path = `/v2/${repository}/manifests/${reference}`;
  const answer = await backend.send({ method: "HEAD", path, headers, signal });
  await discard(answer);
  if (answer.statusCode === 404) return undefined;
  const digest = answer.headers["docker-content-digest"];
  if (answer.statusCode === 200 && typeof digest === "string") return digest;
  throw fail("E_REGISTRY_AWAY", { why: `it answers with status ${answer.statusCode ?? 0}` });
}

function turns() {
  const last = new Map<string, Promise<unknown>>();
  return <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const turn = (last.get(key) ?? Promise.resolve()).then(work, work);
    const ended = turn
      .catch(() => undefined)
      .then(() => {
        if (last.get(key) === ended) last.delete(key);
      });
    last.set(key, ended);
    return turn;
  };
}
