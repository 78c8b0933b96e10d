// Containers that report their use get a token of their own; others get nothing, and are not replaced for it.

import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { IdleSpec } from "../../recipe/stack/types.ts";
import { HALF_AN_HOUR } from "../idle/testing.ts";
import { type CheckInFiles, checkInMounts, placeCheckIn, removeCheckIn } from "./check-in-file.ts";
import { configDigests } from "./config-digest.ts";
import { desired, service, stack } from "./testing.ts";

const REPORTING: IdleSpec = { ...HALF_AN_HOUR, signals: ["check-in"] };
const files: CheckInFiles = {
  ...{ target: "/run/berth/check-in", mode: 0o444 },
  text: (of, container) => Buffer.from(`${of} ${container}`),
};

test("each container of a service that checks in has its own file, bound in read-only, until it is removed", async () => {
  const dir = await mkdtemp(join(tmpdir(), "check-in-"));
  const folders = { secrets: join(dir, "secrets"), configs: join(dir, "configs") };
  const web = service("web", { idle: REPORTING });
  const of = (container: string) => ({ stack: "rover", service: web, container });
  for (const name of ["rover-web-1-aa", "rover-web-2-aa"]) {
    await placeCheckIn(folders, files, of(name));
    const [mount] = checkInMounts(folders, files, of(name));
    expect(mount).toMatchObject({ kind: "bind", target: "/run/berth/check-in", readOnly: true });
    if (mount?.kind === "bind") expect(await readFile(mount.source, "utf8")).toBe(`rover ${name}`);
  }
  await removeCheckIn(folders, "rover", "rover-web-1-aa");
  expect(await readdir(join(folders.configs, "rover"))).toEqual(["check-in.rover-web-2-aa"]);
  await rm(dir, { recursive: true });
});

test.each([
  ["has no idle policy", {}],
  ["is watched by its proxy", { idle: HALF_AN_HOUR }],
  ["is a job", { idle: REPORTING, kind: "job" }],
] as const)("a service that %s has none", (_, said) => {
  const of = { stack: "rover", service: service("web", said), container: "rover-web-1-aa" };
  expect(checkInMounts({ secrets: "/s", configs: "/c" }, files, of)).toEqual([]);
});

test("a container is replaced when its service begins to check in, not for any other idle policy", () => {
  const digest = (idle: IdleSpec | undefined) => configDigests(desired(stack([service("web", { idle })]))).get("web");
  expect(digest(HALF_AN_HOUR)).toBe(digest(undefined));
  expect(digest(REPORTING)).not.toBe(digest(undefined));
});
