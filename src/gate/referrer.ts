// A verdict in a registry: an artifact that refers to the image, as signatures do, so that it goes where the image goes.

import type { Descriptor } from "../oci/types.ts";
import { attach, type Desk, type Repository } from "../signing/referrers.ts";
import { VERDICT_PREDICATE } from "./statement-form.ts";

/** What the artifact and its only layer are. */
export const VERDICT_ARTIFACT = "application/vnd.berth.verdict.v1+dsse";

/** Pushes the statement beside its image. @throws E_PUSH_…, E_AUTH_… */
export function pushVerdict(
  desk: Desk,
  at: Repository,
  image: Descriptor,
  statement: Buffer,
  now: Date,
): Promise<Descriptor> {
  const annotations = {
    "org.opencontainers.image.created": now.toISOString(),
    "in-toto.io/predicate-type": VERDICT_PREDICATE,
  };
  return attach(desk, at, { image, artifactType: VERDICT_ARTIFACT, content: statement, annotations });
}
