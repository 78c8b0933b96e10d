import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { installed } from "../../tests/support/ordinary-user.ts";
import { currentUser } from "../platform/user.ts";
import { mountsBelow } from "./clearing.ts";
import { openRegistry } from "./registry.ts";
import { exists, openStage } from "./stage.ts";
import { pullAgain, pullCold, pullElsewhere, serve } from "./steps.ts";
import { makeTinyImage } from "./tiny-image.ts";

const BERTH = [process.execPath, join(import.meta.dirname, "..", "main.ts")];

test.skipIf(!installed("tar2sqfs"))(
  "a tiny image is served and pulled with every proof, and nothing stays behind [needs tar2sqfs]",
  { timeout: 60_000 },
  async () => {
    const work = await mkdtemp(join(tmpdir(), "berth-steps-"));
    const signal = AbortSignal.timeout(50_000);
    const image = await makeTinyImage(join(work, "image"), { signal });
    const registry = await openRegistry(image.layout, image.tag);
    const options = { temp: tmpdir(), env: process.env, user: currentUser(), berth: BERTH, onLine: () => {}, signal };
    const stage = await openStage(options);
    try {
      const scene = { image, registry, stage };
      const outcomes = [
        await serve(scene, signal),
        await pullCold(scene),
        await pullAgain(scene),
        await pullElsewhere(scene),
      ];
      const proofs = outcomes.flatMap((outcome) => outcome.proofs);
      expect(proofs.filter((proof) => !proof.holds)).toEqual([]);
      expect(proofs).toHaveLength(9);
    } finally {
      await stage.clear();
      await registry.close();
      await rm(work, { recursive: true, force: true });
    }
    expect(await exists(stage.folder)).toBe(false);
    expect(await mountsBelow(stage.folder)).toEqual([]);
  },
);
