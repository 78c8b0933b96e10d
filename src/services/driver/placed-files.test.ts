import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { EngineInfo } from "../engine/types.ts";
import { applyPlan } from "./apply-plan.ts";
import { fileMounts, placeFiles } from "./placed-files.ts";
import { desired, service, stack } from "./testing.ts";
import type { DriverParts } from "./work.ts";

let dir = "";

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "berth-placed-"));
});

afterAll(() => rm(dir, { recursive: true, force: true }));

test("a config is a file without its owner's rights, below folders that nobody else may enter", async () => {
  const folders = { secrets: join(dir, "s"), configs: join(dir, "c") };
  const use = { name: "motd", target: "/etc/motd", uid: undefined, gid: undefined, mode: 0o4755 };
  const web = service("web", { configs: [use] });
  const spec = stack([web], { configs: [{ name: "motd", content: "hello" }] });
  await placeFiles(folders, { spec, service: web, secrets: { filesFor: async () => [] } });
  const [mount] = fileMounts(folders, spec, web);
  if (mount?.kind !== "bind") throw new Error("no file");
  expect((await stat(mount.source)).mode & 0o7777).toBe(0o755);
  for (const folder of [folders.configs, join(folders.configs, "rover")])
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
});

test("secrets of a service go with its last container, those of others stay", async () => {
  const folders = { secrets: join(dir, "secrets"), configs: join(dir, "configs") };
  for (const name of ["web", "gone"]) {
    await mkdir(join(folders.secrets, "rover", name), { recursive: true });
    await writeFile(join(folders.secrets, "rover", name, "key"), "x");
  }
  const engine = { remove: async () => {} } as Partial<DriverParts["engine"]> as DriverParts["engine"];
  const parts = { engine, folders, site: "test" } as Partial<DriverParts> as DriverParts;
  const remove = (name: string) =>
    ({ action: "remove", service: name, target: name, container: name, why: "" }) as const;
  const work = {
    ...{ parts, info: {} as EngineInfo, look: async () => undefined, stack: "rover", configs: new Map() },
    ...{ desired: desired(stack([service("web")])), made: new Map(), signal: undefined },
  };
  await applyPlan(work, { stack: "rover", waves: [[remove("web"), remove("gone")]], warnings: [] }, {});
  expect(await readdir(join(folders.secrets, "rover"))).toEqual(["web"]);
});
