// Networks and volumes of the engine that a stack did not make itself: whose they are.

import type { OwnedPart } from "./facts.ts";
import { type Hit, unknown } from "./rule.ts";
import type { Subject } from "./subjects.ts";

/** The finding that a part is somebody else's; those of the owner's other stacks are not. */
export function foreignHit(
  { stack, owner }: Subject & { readonly owner: string | undefined },
  kind: "network" | "volume",
  name: string,
  known: ReadonlyMap<string, OwnedPart | null> | undefined,
): Hit | undefined {
  const part = known?.get(name);
  if (part === undefined) return unknown(`nobody looked up whose the ${kind} ${name} is`, "/external");
  if (part?.stack !== undefined && (part.stack === stack || (part.owner !== undefined && part.owner === owner)))
    return undefined;
  const whose =
    part === null
      ? "there is none of this name"
      : part.stack === undefined
        ? "it is the engine's"
        : `it belongs to the stack ${part.stack}`;
  return { at: "/external", fields: { [kind]: name, whose } };
}
