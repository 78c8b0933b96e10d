// Images built from a definition file bring `/.singularity.d` in their layers: wherever they have been, the SIF file made of
// them has what they say, and only what they lack is made.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { silent, unwatched } from "../../src/base/log.ts";
import { DEFAULT_CONVERSION } from "../../src/image/conversion-options.ts";
import { inspectImage, withImageFiles } from "../../src/image/inspect/index.ts";
import { makeImage } from "../../src/image/make-image.ts";
import type { RuntimeConfig } from "../../src/oci/types.ts";
import { layerTar } from "../support/oci-image.ts";
import { memoryImage } from "./memory-image.ts";

const scratch = mkdtempSync(join(tmpdir(), "berth-definition-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const LAYER = [
  { path: ".singularity.d/runscript", content: "#!/bin/sh\nexec mine\n", mode: 0o755 },
  { path: ".singularity.d/runscript.help", content: "Call me.\n" },
  { path: ".singularity.d/labels.json", content: '{"a":"1"}' },
  { path: ".singularity.d/Singularity", content: "Bootstrap: scratch\n" },
  { path: ".singularity.d/env/90-environment.sh", content: "#!/bin/sh\nexport B=1\n", mode: 0o755 },
  { path: "scif/apps/foo/scif/runscript", content: "#!/bin/sh\nexec foo\n", mode: 0o755 },
  { path: "environment", content: "of the image" },
];

async function make(name: string, config: RuntimeConfig): Promise<string> {
  const { image, blobs } = memoryImage([await layerTar(LAYER)]);
  const path = join(scratch, name);
  const settings = { conversion: DEFAULT_CONVERSION, maxBytes: 2 ** 30, mode: 0o600, log: silent, progress: unwatched };
  await makeImage({ ...image, config: { ...image.config, config } }, blobs, path, settings);
  return path;
}

const textIn = (path: string, file: string) =>
  withImageFiles(path, {}, async ({ tree }) => (await tree.readSmall(file, 4096)).toString());

test("the marked entry point keeps what the layers bring, and inspect tells it", async () => {
  const path = await make("kept.sif", { Entrypoint: ["/.singularity.d/runscript"], Env: ["A=1"] });
  expect((await inspectImage(path)).attributes).toMatchObject({
    runscript: "#!/bin/sh\nexec mine",
    helpfile: "Call me.",
    labels: { a: "1" },
    deffile: "Bootstrap: scratch",
    environment: { "/.singularity.d/env/90-environment.sh": "#!/bin/sh\nexport B=1" },
    apps: { foo: { runscript: "#!/bin/sh\nexec foo" } },
  });
  expect(await textIn(path, "/environment")).toBe("of the image");
});

test("what it lacks is made", async () => {
  const path = await make("completed.sif", { Entrypoint: ["/.singularity.d/runscript"], Env: ["A=1"] });
  expect(await textIn(path, "/.singularity.d/env/10-docker2singularity.sh")).toContain("export A='1'");
  expect(await textIn(path, "/.singularity.d/startscript")).toBe("#!/bin/sh\n");
  expect(await textIn(path, "/singularity")).toBe("#!/bin/sh\nexec mine\n");
});

test("with another entry point the configuration tells, as in any image of a registry", async () => {
  const path = await make("other.sif", { Entrypoint: ["/.singularity.d/runscript", "x"] });
  const { attributes } = await inspectImage(path);
  expect(attributes.runscript).toContain("'/.singularity.d/runscript' 'x'");
  expect(attributes.labels).not.toMatchObject({ a: "1" });
});
