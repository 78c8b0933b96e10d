// The demos from beginning to end: make an image, serve it, then pull and run it, or build others on it; prove each step,
// leave nothing behind.

import { join } from "node:path";
import type { Log } from "../base/log.ts";
import { cacheDir, type Environment, tempDir, type User } from "../platform/user.ts";
import { buildAgain, buildDefinition, buildDockerfile, runBoth } from "./build-steps.ts";
import { type MadeImage, makeDemoImage } from "./demo-image.ts";
import type { StepReport } from "./proof.ts";
import { openRegistry } from "./registry.ts";
import { openStage } from "./stage.ts";
import {
  describeImage,
  execInside,
  type Outcome,
  pullAgain,
  pullCold,
  pullElsewhere,
  runInside,
  type Scene,
  serve,
} from "./steps.ts";

export interface DemoOptions {
  readonly env: Environment;
  readonly user: User;
  /** The words that start this very berth. */
  readonly berth: readonly string[];
  /** Makes the image again though an earlier demo left it. */
  readonly fresh: boolean;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Milliseconds on a clock that only goes forward. */
  readonly clock: () => number;
}

/** Who watches. */
export interface Audience {
  /** A step begins. */
  begin(title: string): void;
  /** It has ended. */
  end(report: StepReport): void;
}

type Act = readonly [title: string, act: (scene: Scene, signal: AbortSignal) => Promise<Outcome>];

/** What is shown: `pull` brings the image and runs it, `build` makes two images on it and runs them, `gateway` serves, `batch` runs a job, `services` runs a stack, `policy` follows a bad Dockerfile. */
export type Demo = keyof typeof ACTS | "gateway" | "batch" | "services" | "policy";

const PULL: readonly Act[] = [
  ["serve it over the distribution protocol", serve],
  ["pull it with berth pull", pullCold],
  ["pull it again", pullAgain],
  ["pull it into an empty cache", pullElsewhere],
  ["run python3 in it", runInside],
  ["exec programs in it", execInside],
];

const BUILD: readonly Act[] = [
  ["serve it over the distribution protocol", serve],
  ["build a definition file on it", buildDefinition],
  ["build a Dockerfile of two stages on it", buildDockerfile],
  ["build both again", buildAgain],
  ["run what was built", runBoth],
];

const ACTS = { pull: PULL, build: BUILD } as const;

/** Performs all steps, also after a proof failed. @throws what kept a step from being done at all */
export async function performDemo(
  demo: Demo,
  options: DemoOptions,
  audience: Audience,
): Promise<readonly StepReport[]> {
  const { env, user, signal } = options;
  const reports: StepReport[] = [];
  const step = async <T>(title: string, work: () => Promise<[T, Outcome]>): Promise<T> => {
    signal.throwIfAborted();
    audience.begin(title);
    const start = options.clock();
    const [result, outcome] = await work();
    const report = { title, took: options.clock() - start, ...outcome };
    reports.push(report);
    audience.end(report);
    return result;
  };
  if (demo === "gateway") {
    const { performGatewayDemo } = await import("./gateway.ts");
    await performGatewayDemo(options, step);
    return reports;
  }
  if (demo === "batch") {
    const { performBatchDemo } = await import("./batch.ts");
    await performBatchDemo(options, step);
    return reports;
  }
  if (demo === "services") {
    const { performServicesDemo } = await import("./services.ts");
    await performServicesDemo(options, step);
    return reports;
  }
  if (demo === "policy") {
    const { performPolicyDemo } = await import("./policy.ts");
    await performPolicyDemo(options, step);
    return reports;
  }
  const image = await step("make a Debian image with Python", async (): Promise<[MadeImage, Outcome]> => {
    const made = await makeDemoImage(join(cacheDir(env, user), "demo"), options);
    return [made, describeImage(made)];
  });
  await withScene(image, options, async (scene) => {
    for (const [title, act] of ACTS[demo]) await step(title, async () => [undefined, await act(scene, signal)]);
  });
  return reports;
}

async function withScene(image: MadeImage, options: DemoOptions, play: (scene: Scene) => Promise<void>): Promise<void> {
  const registry = await openRegistry(image.layout, image.tag);
  try {
    const onLine = (line: string): void => options.log.debug(line);
    const stage = await openStage({ ...options, temp: tempDir(options.env), onLine });
    try {
      await play({ image, registry, stage });
    } finally {
      await stage.clear();
    }
  } finally {
    await registry.close();
  }
}
