// The site's own registry as the desk sees it: who may pull what from there, and what was pushed lately. Names are those of
// repositories and tags; which location leads here is known by who asks.

import type { Principal, RegistryCredential } from "../types.ts";
import type { Book } from "./book.ts";
import type { Contents } from "./contents.ts";
import { type PeopleParts, personOf } from "./people.ts";
import type { PullPasses } from "./pull-pass.ts";
import { namespaceOf, roleIn } from "./rights.ts";
import type { Shelf } from "./shelf.ts";

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
  readonly contents: Pick<Contents, "digests">;
  readonly book: Pick<Book, "teams" | "namespace">;
  readonly shelf: Pick<Shelf, "pushedAt">;
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
      const signal = AbortSignal.timeout(PATIENCE_MS);
      const held = await parts.contents.digests(repository, tag, signal).catch(() => undefined);
      return held !== undefined && !held.includes(digest);
    },
    pushedSince: async (repository, tag, time) => ((await shelf.pushedAt(repository, tag)) ?? 0) > time,
  };
}
