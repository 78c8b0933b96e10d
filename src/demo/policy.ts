// `berth demo policy`: a bad Dockerfile on its way from its author to the site's nodes, and what stops it. Without network
// and, but for the build, without any right.

import { join } from "node:path";
import { tempDir } from "../platform/user.ts";
import type { DemoOptions } from "./demo.ts";
import { prepareImages } from "./gateway.ts";
import { startGateway } from "./gateway-server.ts";
import { BASE_FILES, BASE_PROGRAMS } from "./policy-files.ts";
import { type GateScene, gatePolicy, inventory, quarantine, REPOSITORY, release } from "./policy-gate-steps.ts";
import { audit, importAdvisories, sbom, scan } from "./policy-image-steps.ts";
import { build, explain, fix, LAYOUT, lint, type RecipeScene, rewrite } from "./policy-recipe-steps.ts";
import { openRegistry } from "./registry.ts";
import { openStage, type Stage } from "./stage.ts";
import { describeImage, type Outcome } from "./steps.ts";
import { makeTinyImage } from "./tiny-image.ts";

type Step = <T>(title: string, work: () => Promise<[T, Outcome]>) => Promise<T>;
type Acts<Scene> = readonly (readonly [title: string, act: (scene: Scene, signal: AbortSignal) => Promise<Outcome>])[];

const ACTS: Acts<RecipeScene> = [
  ["check a bad Dockerfile with berth lint", lint],
  ["ask what a rule means", explain],
  ["mend what can be mended with berth lint --fix", fix],
  ["build it all the same", build],
  ["look into the image's layers with berth audit", audit],
  ["list its packages with berth sbom", sbom],
  ["take advisories from files", importAdvisories],
  ["look for known flaws with berth scan", scan],
];

const GATE_ACTS: Acts<GateScene> = [
  ["pull it as alice", quarantine],
  ["release it as carol, an administrator", release],
  ["look for images that went around the gateway", inventory],
  ["heed the rest, and check again", rewrite],
];

/** Performs all steps; `step` times and reports each. */
export async function performPolicyDemo(options: DemoOptions, step: Step): Promise<void> {
  const onLine = (line: string): void => options.log.debug(line);
  const stage = await openStage({ ...options, temp: tempDir(options.env), onLine });
  try {
    await play(stage, options, step);
  } finally {
    await stage.clear();
  }
}

async function play(stage: Stage, { signal }: DemoOptions, step: Step): Promise<void> {
  const image = await step("make a base image of this machine's programs", async () => {
    const options = { programs: BASE_PROGRAMS, files: BASE_FILES, signal };
    const made = await makeTinyImage(join(stage.folder, "base"), options);
    return [made, describeImage(made)];
  });
  const registry = await openRegistry(image.layout, image.tag, "site/debian");
  try {
    const scene = { stage, base: registry.reference.replace("docker://", "") };
    for (const [title, act] of ACTS) await step(title, async () => [undefined, await act(scene, signal)]);
    await playGate(scene, signal, step);
  } finally {
    await registry.close();
  }
}

async function playGate(scene: RecipeScene, signal: AbortSignal, step: Step): Promise<void> {
  const { stage } = scene;
  const registry = await openRegistry(join(stage.folder, LAYOUT), "1", REPOSITORY);
  try {
    const gateway = await step("start the site's gateway, which judges what it pulls", async () => {
      await prepareImages(stage);
      const more = await gatePolicy(stage);
      const running = await startGateway(stage, { registry: `http://${registry.address}`, more });
      return [running, { note: `${running.url}, with the image in the registry ${registry.address}`, proofs: [] }];
    });
    try {
      const all = { ...scene, gateway };
      for (const [title, act] of GATE_ACTS) await step(title, async () => [undefined, await act(all, signal)]);
    } finally {
      await gateway.stop();
    }
  } finally {
    await registry.close();
  }
}
