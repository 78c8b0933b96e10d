// Images as the engine has them, by name and by the build that a service gets.

import type { ImageFacts } from "../../policy/facts.ts";
import { lookImage } from "../../services/driver/resolve-image.ts";
import type { EngineImage } from "../../services/engine/types.ts";
import type { Judgement } from "../../services/stacks/types.ts";
import type { FactSources } from "./fact-sources.ts";

/** What the engine has under that name; nothing, when it has to be pulled first. */
export async function imageFacts(engine: FactSources["engine"], reference: string): Promise<ImageFacts | undefined> {
  const image = await lookImage(engine, reference);
  return image && factsOf(image);
}

/** The build that a service gets, when that is known: a name may mean one for what runs and another for what is wanted. */
export async function buildFacts(
  engine: FactSources["engine"],
  { images, spec }: Judgement,
  name: string,
): Promise<ImageFacts | undefined> {
  const resolved = images.get(name);
  if (resolved === undefined || spec.services.find((one) => one.name === name)?.image !== resolved.reference)
    return undefined;
  const image = await engine.image(resolved.local);
  return { ...(image && factsOf(image)), digest: resolved.digest };
}

function factsOf({
  bytes,
  createdAt,
  user,
  exposed,
  hasHealthCheck,
  entrypoint,
  command,
  env,
}: EngineImage): ImageFacts {
  return { bytes, createdAt, user, exposed, healthCheck: hasHealthCheck, entrypoint, command, env };
}
