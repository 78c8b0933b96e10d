// `berth demo gateway`: a registry, a gateway and three people on one machine, without network and without privilege.

import { chown, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { tempDir } from "../platform/user.ts";
import type { DemoOptions } from "./demo.ts";
import { openGatedRegistry, REGISTRY_LOGIN } from "./gateway-registry.ts";
import { IMAGES, startGateway } from "./gateway-server.ts";
import {
  expire,
  type GatewayScene,
  greet,
  pullAgainAtOnce,
  pullPrivately,
  refuseBob,
  share,
  stopServing,
} from "./gateway-steps.ts";
import { openStage, type Stage } from "./stage.ts";
import { describeImage, type Outcome } from "./steps.ts";
import { makeTinyImage } from "./tiny-image.ts";

type Act = (scene: GatewayScene, signal: AbortSignal) => Promise<Outcome>;

const ACTS: readonly (readonly [title: string, act: Act])[] = [
  ["look whether it answers", greet],
  ["pull a private image as alice", pullPrivately],
  ["pull it again with Shifter's program", pullAgainAtOnce],
  ["try to get at it as bob", refuseBob],
  ["share it with bob", share],
  ["remove it as carol, an administrator", expire],
  ["end the gateway", stopServing],
];

/** Performs all steps; `step` times and reports each. */
export async function performGatewayDemo(
  options: DemoOptions,
  step: <T>(title: string, work: () => Promise<[T, Outcome]>) => Promise<T>,
): Promise<void> {
  const onLine = (line: string): void => options.log.debug(line);
  const stage = await openStage({ ...options, temp: tempDir(options.env), onLine });
  try {
    await play(stage, options, step);
  } finally {
    await stage.clear();
  }
}

async function play(
  stage: Stage,
  { signal }: DemoOptions,
  step: <T>(title: string, work: () => Promise<[T, Outcome]>) => Promise<T>,
): Promise<void> {
  const image = await step("make an image of this machine's programs", async () => {
    const made = await makeTinyImage(join(stage.folder, "image"), { signal });
    return [made, describeImage(made)];
  });
  const registry = await openGatedRegistry(image.layout);
  try {
    const login = `${REGISTRY_LOGIN.user}:${REGISTRY_LOGIN.password}`;
    const gateway = await step("start a registry with a login, and the gateway", async () => {
      await prepareImages(stage);
      const running = await startGateway(stage, { registry: registry.url, login });
      return [running, { note: `registry ${registry.url}`, proofs: [] }];
    });
    try {
      const scene = { image, registry, stage, gateway };
      for (const [title, act] of ACTS) await step(title, async () => [undefined, await act(scene, signal)]);
    } finally {
      await gateway.stop();
    }
  } finally {
    await registry.close();
  }
}

/** The folder that nodes mount is made by the site; the gateway only writes there. */
export async function prepareImages(stage: Stage): Promise<void> {
  const folder = join(stage.folder, IMAGES);
  await mkdir(folder);
  if (process.getuid?.() === 0) await chown(folder, stage.uid, stage.uid);
}
