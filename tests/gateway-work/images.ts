// Images for the registry of a test: written as a layout and sent by skopeo.

import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type TestImage, writeLayout } from "../support/oci-image.ts";
import { installed } from "../support/ordinary-user.ts";
import type { TestRegistry } from "../support/registry.ts";

const run = promisify(execFile);

/** What is needed to fill a registry. */
export const hasSkopeo = installed("skopeo");

/** Puts an image under `repository:tag`; answers the digest of its manifest. */
export async function push(
  registry: TestRegistry,
  name: string,
  image: TestImage | readonly TestImage[],
  login?: string,
): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "berth-push-"));
  try {
    const { it } = await writeLayout(join(dir, "layout"), { it: image });
    const insecure = ["--dest-tls-verify=false", ...(login ? ["--dest-creds", login] : [])];
    const words = ["--insecure-policy", "copy", "--all", "--preserve-digests", ...insecure];
    await run("skopeo", [...words, `oci:${dir}/layout:it`, `docker://${registry.host}/${name}`]);
    return it?.digest ?? "";
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Digests of an image's layers, bottom first. */
export async function layerDigests(
  registry: TestRegistry,
  repository: string,
  tag: string,
): Promise<readonly string[]> {
  const headers = { accept: "application/vnd.oci.image.manifest.v1+json" };
  const answer = await fetch(`${registry.url}/v2/${repository}/manifests/${tag}`, { headers });
  const { layers } = (await answer.json()) as { layers: { digest: string }[] };
  return layers.map(({ digest }) => digest);
}
