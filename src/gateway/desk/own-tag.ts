// Tags of the site's own registry: its people need no login there, for the gateway knows them, and what they push counts at
// once. For tags of other registries there is nothing to be said here.

import type { Principal, RegistryCredential } from "../types.ts";
import { imageReference } from "../work/image-reference.ts";
import type { DeskParts } from "./parts.ts";

/** A tag that leads to the site's own registry. */
export interface OwnTag {
  readonly location: string;
  /** What lets a job in as this person; undefined: he may not view the repository. */
  passFor(who: Principal): Promise<RegistryCredential | undefined>;
  /** True when the tag stands for something else by now. */
  moved(digest: string): Promise<boolean>;
  /** True when something was pushed under it since that time. */
  pushedSince(time: number): Promise<boolean>;
}

/** The tag as one of the site's own registry; undefined: it leads elsewhere. @throws E_WORK_LOCATION, E_WORK_REFERENCE */
export function ownTag(parts: DeskParts, tag: string): OwnTag | undefined {
  const { location, reference } = imageReference(tag, parts.config());
  const images = location.own ? parts.ownImages?.() : undefined;
  if (images === undefined) return undefined;
  const { repository, digest, tag: name = "latest" } = reference;
  return {
    location: location.name,
    passFor: (who) => images.passFor(who, repository),
    // What is asked for by digest never moves.
    moved: async (known) => digest === undefined && images.moved(repository, name, known),
    pushedSince: async (time) => digest === undefined && images.pushedSince(repository, name, time),
  };
}
