import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { SiteServerConfig } from "../site/server-config.ts";
import { configOf } from "../site/testing.ts";
import { prepareFolders } from "./folders.ts";

async function folders(
  systems: readonly string[],
): Promise<{ readonly dir: string; readonly config: SiteServerConfig }> {
  const dir = await mkdtemp(join(tmpdir(), "berth-folders-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const list = systems.map((name) => `${name}: {imageDir: ${join(dir, name)}}`).join(", ");
  return { dir, config: await configOf(`server: {stateDir: ${dir}/state}\ngateway: {systems: {${list}}}`) };
}

test("two systems in one folder are refused, also by a link", async () => {
  const { dir, config } = await folders(["one", "two"]);
  await mkdir(join(dir, "one"));
  await symlink("one", join(dir, "two"));
  await expect(prepareFolders(config)).rejects.toMatchObject({ code: "E_SERVE_SHARED" });
});

test("folders of systems that are not there are no reason not to start", async () => {
  const { config } = await folders(["one", "two"]);
  await expect(prepareFolders(config)).resolves.toBeUndefined();
});
