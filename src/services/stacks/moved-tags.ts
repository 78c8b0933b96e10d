// Tags that mean another build by now than what was deployed, and what people are told of it. Pure.

import type { StackSpec } from "../../recipe/stack/types.ts";
import type { ResolvedImage } from "../types.ts";

type Images = ReadonlyMap<string, ResolvedImage>;

/** A service with the build that it has and the one that its tag means. */
export interface MovedTag {
  readonly service: string;
  readonly was: ResolvedImage;
  readonly is: ResolvedImage;
}

/** Services of the same words as before, whose words mean something else. */
export function movedTags({ services }: StackSpec, before: Images, now: Images): readonly MovedTag[] {
  return services.flatMap(({ name: service, image }) => {
    const [was, is] = [before.get(service), now.get(service)];
    return was?.reference === image && is && was.digest !== is.digest ? [{ service, was, is }] : [];
  });
}

/** Said where a site has `services.tags: as-spin`: nobody asked for another build, and there is one. */
export function takenAsSpin({ was, is }: MovedTag): string {
  return `${is.reference} is ${is.digest} on the engine now; it was ${was.digest}, and nobody upgraded it (services.tags: as-spin)`;
}

/** Said to who restarts, perhaps to have the new build. */
export function keptAtRestart({ was, is }: MovedTag): string {
  return `restart keeps the build ${was.digest}; ${is.reference} is ${is.digest} on the engine now: upgrade to take it`;
}
