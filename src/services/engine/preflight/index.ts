// Whether an engine can do what berth needs of it: what it says of itself, and trials with containers that are removed again.

import { BerthError, reasonOf } from "../../../base/errors.ts";
import type { Finding } from "../../../platform/doctor/index.ts";
import type { EngineFacts } from "../../../policy/practice-facts.ts";
import type { Engine, EngineInfo } from "../types.ts";
import { absentEngineFacts, engineFacts } from "./engine-facts.ts";
import { SAID_CHECKS } from "./said-checks.ts";
import { TrialGround } from "./trial-ground.ts";
import { TRIED_CHECKS, type Trial } from "./tried-checks.ts";

/** What was found; `info` is undefined when no engine answers. */
export interface Preflight {
  readonly address: string;
  readonly info: EngineInfo | undefined;
  readonly findings: readonly Finding[];
  /** For the practices about engines; undefined: nobody can say whether there is one. */
  readonly facts: EngineFacts | undefined;
}

interface Wishes {
  /** One that the engine has, with busybox in it; undefined: one is made of this machine's busybox. */
  readonly image?: string | undefined;
  /** The address was found, not named: when nothing answers there, the machine may have no engine at all. */
  readonly isUsual?: boolean | undefined;
  readonly signal: AbortSignal;
}

/** Asks and tries an engine. Its failures are findings. */
export async function examineEngine(engine: Engine, { image, isUsual, signal }: Wishes): Promise<Preflight> {
  const { address } = engine;
  let info: EngineInfo;
  try {
    info = await engine.info({ signal });
  } catch (error) {
    signal.throwIfAborted();
    const facts = isUsual ? await absentEngineFacts(error) : undefined;
    return { address, info: undefined, findings: [unreached(error)], facts };
  }
  const said = SAID_CHECKS.map(([name, check]) => ({ name, ...check(info) }));
  // Before the trials, which make networks of their own.
  const facts = await engineFacts(engine, info, signal);
  return { address, info, facts, findings: [...said, ...(await tried(engine, info, image, signal))] };
}

async function tried(
  engine: Engine,
  info: EngineInfo,
  image: string | undefined,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const ground = await TrialGround.open(engine, image, signal);
  if (!ground) return [untriable()];
  const trial: Trial = { ground, info };
  const findings: Finding[] = [];
  try {
    for (const [name, check] of TRIED_CHECKS) {
      try {
        findings.push({ name, ...(await check(trial)) });
      } catch (error) {
        signal.throwIfAborted();
        findings.push({ name, ...failed(error) });
      }
    }
  } finally {
    await ground.clear();
  }
  return findings;
}

function unreached(error: unknown): Finding {
  return { name: "engine", ...failed(error), state: "gap", consequence: "no service can run" };
}

function untriable(): Finding {
  return {
    name: "trials",
    state: "unknown",
    found: "nothing was tried: this machine has no static busybox to make an image of",
    consequence: "only what the engine says of itself is known",
    cure: "install busybox-static, or name an image of the engine that has busybox: --image NAME",
  };
}

function failed(error: unknown): Omit<Finding, "name"> {
  const cure = error instanceof BerthError ? error.hint : undefined;
  return { state: "gap", found: reasonOf(error), ...(cure !== undefined && { cure }) };
}
