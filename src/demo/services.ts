// `berth demo services`: an engine, a server and a stack of three services on this machine, from its recipe to its end. As
// root, since the engine is root's; everything in folders of its own that are removed.

import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { tempDir } from "../platform/user.ts";
import type { DemoOptions } from "./demo.ts";
import { fail } from "./errors.ts";
import { startEngine } from "./services-engine.ts";
import { startSite } from "./services-site.ts";
import {
  deploy,
  greet,
  keepOthersOut,
  refuse,
  type ServicesScene,
  sleepAndWake,
  takeDown,
  upgrade,
} from "./services-steps.ts";
import type { Outcome } from "./steps.ts";

type Step = <T>(title: string, work: () => Promise<[T, Outcome]>) => Promise<T>;
type Act = (scene: ServicesScene, signal: AbortSignal) => Promise<Outcome>;

const ACTS: readonly (readonly [title: string, act: Act])[] = [
  ["look whether it answers", greet],
  ["deploy a stack of three services with a secret and a route", deploy],
  ["try to get at it as somebody else", keepOthersOut],
  ["leave the page alone, then visit it", sleepAndWake],
  ["upgrade it while people visit", upgrade],
  ["deploy a recipe that breaks a rule", refuse],
  ["take everything down", takeDown],
];

/** Performs all steps; `step` times and reports each. @throws E_DEMO_ROOT, E_DEMO_SHELL, and what stops a step */
export async function performServicesDemo(options: DemoOptions, step: Step): Promise<void> {
  const { user, env, signal, berth } = options;
  if (user.uid !== 0) throw fail("E_DEMO_ROOT", { command: "berth demo services" });
  const folder = await mkdtemp(join(tempDir(env), "berth-demo-"));
  const closers: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  try {
    const engine = await step("start an engine, and make an image of this machine's busybox", async () => {
      const started = await startEngine(folder, signal);
      closers.push(() => started.stop());
      await started.image("demo/web:1", "version 1");
      return [started, { note: started.address, proofs: [] }];
    });
    const site = await step("start the server", async () => {
      const started = await startSite({ folder, engine: engine.address, berth, signal });
      closers.push(() => started.stop());
      return [started, { note: started.url, proofs: [] }];
    });
    for (const [title, act] of ACTS)
      await step(title, async () => [undefined, await act({ engine, site, folder }, signal)]);
  } finally {
    for (const close of closers.reverse()) await close();
  }
}
