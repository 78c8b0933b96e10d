// What the practices about engines (DAE001, DAE002) say of a machine's container engine. Pure.

import type { PolicyConfig } from "../policy/config.ts";
import { judgeHost } from "../policy/judge-image.ts";
import type { Practice } from "../policy/practice.ts";
import type { EngineFacts } from "../policy/practice-facts.ts";
import type { Finding } from "../policy/types.ts";

/** The rules of a site. */
interface EngineRules {
  readonly policy: PolicyConfig;
  readonly practices: readonly Practice[];
}

/** The findings, the heaviest first. Without facts they are unknown. `now`: seconds since 1970, for waivers that end. */
export function judgeEngine(
  engine: EngineFacts | undefined,
  { policy, practices }: EngineRules,
  now: number,
): readonly Finding[] {
  const asked = practices.filter(({ id }) => id === "DAE001" || id === "DAE002");
  return judgeHost({ policy, facts: { engine, now }, practices: asked, names: engine?.hostNames });
}
