import { mkdir, mkdtemp, realpath, rename, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { MountSpec, VolumeSpec } from "../../recipe/stack/types.ts";
import { checkBindSources } from "./bind-sources.ts";
import { service as serviceOf, stack } from "./testing.ts";

async function check(mount: MountSpec, volumes: readonly VolumeSpec[] = []): Promise<void> {
  const service = serviceOf("web", { mounts: [mount] });
  await checkBindSources(stack([service], { volumes }), service);
}

test("a folder that becomes a link after the verdict is not mounted", async () => {
  const top = await realpath(await mkdtemp(join(tmpdir(), "berth-binds-")));
  const [path, other] = [join(top, "app"), join(top, "other")];
  const bind: MountSpec = { kind: "bind", source: path, target: "/srv", readOnly: true, create: false };
  const hidden: VolumeSpec = { name: "v", options: { type: "none", o: "bind", device: path }, labels: {} };
  const volume: MountSpec = { kind: "volume", volume: "v", target: "/srv", readOnly: true, noCopy: false };
  await mkdir(path);
  await mkdir(other);
  await check(bind);
  await check(volume, [hidden]);
  await rename(path, `${path}.old`);
  await symlink(other, path);
  await expect(check(bind)).rejects.toMatchObject({ code: "E_DRIVER_LINK", fields: { real: other } });
  await expect(check(volume, [hidden])).rejects.toMatchObject({ code: "E_DRIVER_LINK" });
  await check(volume, [{ ...hidden, external: "x" }]);
  await rm(path);
  await check(bind);
  await rm(top, { recursive: true });
});
