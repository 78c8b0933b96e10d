// The native shifter and berth-main must mean the same by the same call: wherever the native one launches by itself, its plan is
// compared with what the TypeScript decides, for command lines and variables in all combinations.

import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { callerSteps } from "../../src/batch/environment.ts";
import { readShifterOptions } from "../../src/batch/options.ts";
import { preparedFile } from "../../src/batch/prepared-file.ts";
import { shifterRequest } from "../../src/batch/request.ts";
import { launchOf, moduleOf } from "../../src/batch/testing.ts";
import type { ShifterRequest } from "../../src/batch/types.ts";
import { programWords } from "../../src/batch/words.ts";
import { startDirectory } from "../../src/batch/workdir.ts";
import { environmentWords, PLAN_HEADER } from "../../src/run/plan-format.ts";
import { parseUserVolumes, volumeSignature } from "../../src/site/volume.ts";
import { installed, ordinaryUser } from "../support/ordinary-user.ts";

const NATIVE = join(import.meta.dirname, "../../native");
const lacking = ["make", "cc"].find((name) => !installed(name));
const absent = lacking === undefined ? "" : ` [needs ${lacking}]`;

type Env = Readonly<Record<string, string>>;

const VOLUMES = "/data:/mine;/more:/in:ro";
const LAUNCH = launchOf({
  request: { volumes: parseUserVolumes(VOLUMES) },
  image: { env: ["A=image", "PATH=/bin"], entrypoint: ["/entry", "first"], cmd: ["cmd"], workdir: "/image/dir" },
  modules: [moduleOf("mpi"), moduleOf("gpu")],
});
const ID = LAUNCH.image.id;
const NAMES = ["docker:tool:1", "custom:mine"];

describe.skipIf(absent)(`the native shifter${absent}`, () => {
  const user = ordinaryUser();
  let dir = "";
  let prepared = "";

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), "berth-agreement-"));
    const holder = join(dir, `${user.uid}.0`);
    mkdirSync(holder);
    const bytes = preparedFile(LAUNCH, {
      ...{ dir: holder, names: NAMES, volumeTexts: [VOLUMES], moduleTexts: ["mpi,gpu"], defaultModules: true },
      isFile: () => false,
    });
    prepared = bytes.toString();
    writeFileSync(join(holder, "prepared"), bytes);
    // The native shifter with another end: it prints its plan.
    execFileSync("make", ["-s", "-C", NATIVE, `OUT=${dir}`, join(dir, "show-plan")]);
    writeFileSync(join(dir, "berth-main"), "#!/bin/sh\necho handed over\n", { mode: 0o755 });
    chmodSync(dir, 0o755);
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  /** The plan of a call, or undefined where it was handed over. */
  function called(args: readonly string[], env: Env): string | undefined {
    const { uid, gid } = user;
    const own = { ...env, BERTH_NODE_DIR: dir, BERTH_LIBEXEC: dir };
    const { stdout } = spawnSync(join(dir, "show-plan"), args, { env: own, uid, gid, cwd: "/usr", encoding: "utf8" });
    return stdout === "handed over\n" ? undefined : stdout;
  }

  /** What the TypeScript makes of it, for the container that is set up. @throws where it refuses the call */
  function decided(args: readonly string[], env: Env): { readonly request: ShifterRequest; readonly plan: string } {
    const own = { ...env, BERTH_NODE_DIR: dir, BERTH_LIBEXEC: dir };
    const request = shifterRequest(readShifterOptions(args), own, LAUNCH.config);
    const argv = programWords(request, LAUNCH.image);
    const { chdir, otherwise } = startDirectory(request.workdir, LAUNCH.image, "/usr");
    const names = { SHIFTER_IMAGEREQUEST: request.image.asked, SHIFTER_IMAGE: ID };
    const places = new Map([
      ["@chdir", [...chdir.flatMap((each) => ["chdir", each]), "chdir-else", otherwise]],
      [
        "@environment",
        [...callerSteps(request, own).flatMap(environmentWords).map(String), ...variables(Object.entries(names))],
      ],
      ["@env-file", request.envFiles.flatMap((path) => ["env-file", path])],
      ["@set", variables(request.set)],
      ["@program", ["exec", argv[0], ...argv.flatMap((word) => ["arg", word])]],
    ]);
    const records = prepared.slice(prepared.indexOf("\0userns\0") + 1).split("\0");
    const words = records.flatMap((word) => places.get(word) ?? [word]);
    return { request, plan: PLAN_HEADER + words.join("\0") };
  }

  const fits = ({ image, volumes, modules, ...request }: ShifterRequest): boolean =>
    (image.type === "id" ? image.name === ID : NAMES.includes(`${image.type}:${image.name}`)) &&
    volumeSignature(volumes) === volumeSignature(LAUNCH.request.volumes) &&
    (modules === undefined || modules.join() === "mpi,gpu") &&
    [...request.unset, ...(request.keep ?? []), ...request.devices].length === 0 &&
    !request.writableTmpfs;

  // Most of what is tried fits, alone and together.
  const option = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom("-n", "-v", "-E", "-vE", "--verbose", "--clearenv") },
    { weight: 3, arbitrary: fc.constantFrom("--image=tool:1", "-itool:1", "-icustom:mine", `--image=id:${ID}`) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(`-V${VOLUMES}`, "-V/data:/mine", "--volume=/more:/in:ro", "-V/x:/y", "-V"),
    },
    { weight: 2, arbitrary: fc.constantFrom("--module=mpi,gpu", "-mmpi,gpu", "-m", "--module=NONE", "-m,") },
    {
      weight: 3,
      arbitrary: fc.constantFrom("-eA=1", "--env=B=x=y", "-eC=2", "--env-file=vars", "--env-file", "-eé=ü"),
    },
    {
      weight: 3,
      arbitrary: fc.constantFrom("--entrypoint", "--entry=sh", "--entrypoint=", "-w", "-w/tmp", "--workdir=rel"),
    },
    { weight: 2, arbitrary: fc.constantFrom("--", "program", "-", "--image=later", "a b", "tool:1", "mpi,gpu") },
    {
      weight: 1,
      arbitrary: fc.constantFrom("", "--help", "-x", "--wor=/", "--writable-tmpfs", "-i", "--env=D=", "-iother"),
    },
  );
  const environment = fc.record(
    {
      SHIFTER_IMAGETYPE: fc.constantFrom("id", "docker", "custom", "bogus", ""),
      SHIFTER_IMAGE: fc.constantFrom(ID, "tool:1", "mine", ""),
      SLURM_SPANK_SHIFTER_IMAGETYPE: fc.constantFrom("id", "docker"),
      SLURM_SPANK_SHIFTER_IMAGE: fc.constantFrom(ID, "tool:1"),
      SHIFTER_IMAGEREQUEST: fc.constantFrom("tool:1", "docker:tool:1", "frozen", ""),
      SLURM_SPANK_SHIFTER_IMAGEREQUEST: fc.constantFrom("tool:1", "custom:mine"),
      SHIFTER: fc.constantFrom("tool:1", "other", ""),
      SHIFTER_VOLUME: fc.constantFrom(VOLUMES, "/more:/in:ro;/data:/mine", "/x:/y", VOLUMES, ""),
      SLURM_SPANK_SHIFTER_VOLUME: fc.constantFrom(VOLUMES),
      SHIFTER_MODULE: fc.constantFrom("mpi,gpu", "mpi", "none"),
      ...{ A: fc.constantFrom("caller", ""), PATH: fc.constant("/usr/bin:/bin"), LD_PRELOAD: fc.constant("") },
      ...{ TMPDIR: fc.constant("/t"), TZ: fc.constant("UTC"), "BASH_FUNC_x%%": fc.constant("() { :; }") },
    },
    { requiredKeys: ["SLURM_SPANK_SHIFTER_VOLUME", "SLURM_SPANK_SHIFTER_IMAGEREQUEST"] },
  );

  test("launches as berth-main would, or hands over", () => {
    const seen = { launched: 0, fitting: 0 };
    const property = fc.property(fc.array(option, { maxLength: 5 }), environment, (args, env) => {
      const plan = called(args, env);
      let wanted: ReturnType<typeof decided> | undefined;
      try {
        wanted = decided(args, env);
      } catch {
        // A mistake, which is for berth-main to explain.
      }
      const fitting = wanted !== undefined && fits(wanted.request) ? wanted.plan : undefined;
      if (fitting !== undefined) seen.fitting += 1;
      if (plan === undefined) return;
      seen.launched += 1;
      expect(plan).toBe(fitting);
    });
    fc.assert(property, { seed: 5, numRuns: 600 });
    // What fits and goes the long way all the same: volumes in another order, and the like.
    expect(seen.launched).toBeGreaterThan(50);
    expect(seen.launched).toBeGreaterThan(seen.fitting * 0.6);
  });
});

function variables(pairs: readonly (readonly [string, string])[]): readonly string[] {
  return pairs.flatMap(([name, value]) => ["env", `${name}=${value}`]);
}
