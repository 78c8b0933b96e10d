// `berth doctor mpi` and `berth node prepare-mpi` on real libraries, from source.

import { execFileSync, type SpawnSyncReturns, spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packSquashfs } from "../run/images.ts";
import { installed } from "../support/ordinary-user.ts";
import { buildRing, hasMusl, hasOpenMpi, mpichTree, noMpich, plantProgram, RING } from "./trees.ts";

const MAIN = join(import.meta.dirname, "../../src/main.ts");
const MPICH = "/usr/lib/x86_64-linux-gnu/libmpich.so.12";

describe.skipIf(noMpich)(`the host's MPI [${noMpich ?? "MPICH"}]`, () => {
  let work: string;
  let tree: string;
  let image: string;
  beforeAll(() => {
    work = mkdtempSync(join(tmpdir(), "berth-mpi-doctor-"));
    tree = mpichTree();
    image = join(work, "image.sqfs");
    packSquashfs(tree, image);
  });
  afterAll(() => {
    for (const path of [work, tree]) if (path) rmSync(path, { recursive: true, force: true });
  });

  function berth(args: readonly string[]): SpawnSyncReturns<string> {
    const env = { PATH: process.env["PATH"], HOME: work, BERTH_CACHEDIR: join(work, "cache") };
    return spawnSync(process.execPath, [MAIN, ...args], { encoding: "utf8", env, cwd: work });
  }
  // A library of MPI's name with two of its functions.
  function vendor(name: string, flags: readonly string[]): string {
    const [from, source] = [join(work, name), join(work, "own.c")];
    mkdirSync(from, { recursive: true });
    writeFileSync(
      source,
      "int MPI_Init(int *a, char ***b) { return a == 0 && b == 0; }\nint MPI_Send(void) { return 7; }\n",
    );
    execFileSync("gcc", [source, "-shared", "-Wl,-soname,libmpi.so.12", ...flags, "-o", join(from, "libmpi.so.12")]);
    return from;
  }
  const doctor = (...args: string[]) => berth(["doctor", "mpi", ...args]);
  const prepare = (to: string, ...args: string[]) =>
    berth(["node", "prepare-mpi", "--from", MPICH, "--to", to, ...args]);
  const runPath = (file: string) =>
    /R\S*PATH\)\s+.*\[(.*)\]/.exec(execFileSync("readelf", ["-d", file], { encoding: "utf8" }))?.[1];

  test("is sound for an image with MPICH, and the report has the module in both forms", () => {
    const ran = doctor(image);
    expect(ran.status).toBe(0);
    expect(ran.stdout).toMatch(/^sound: MPICH [\d.]+ of the host/m);
    expect(ran.stdout).toContain("module_mpich_siteEnvPrepend = LD_LIBRARY_PATH=/opt/udiImage/modules/mpich/lib");
    expect(ran.stdout).toContain('copyPath: "/opt/berth/mpi/mpich-');
    expect(JSON.parse(doctor(image, "--json").stdout)).toMatchObject({
      verdict: "sound",
      mpi: { family: "mpich", users: [RING, "/app/copy"].toSorted() },
    });
  });

  test("is put into one folder whose libraries find each other, once", () => {
    const to = join(work, "folder");
    expect(prepare(to)).toMatchObject({ status: 0 });
    const made = statSync(join(to, "berth-mpi.json")).mtimeMs;
    expect(prepare(to).stdout).toContain("nothing to do");
    expect(statSync(join(to, "berth-mpi.json")).mtimeMs).toBe(made);
    expect(runPath(join(to, "deps/libucp.so.0"))).toBeUndefined();
    const loaded = execFileSync("ldd", [join(to, "lib/libmpich.so.12")], {
      encoding: "utf8",
      env: { LD_LIBRARY_PATH: join(to, "lib") },
    });
    expect(existsSync(join(to, "deps/libc.so.6"))).toBe(false);
    if (installed("patchelf")) {
      expect(runPath(join(to, "lib/libmpich.so.12"))).toBe("$ORIGIN/../deps");
      expect(loaded).toMatch(new RegExp(`libucp.so.0 => ${to}/lib/../deps/libucp.so.0`));
    }
    const module = join(work, "module.conf");
    expect(doctor(image, "--host-mpi", to, "--module", module).status).toBe(0);
    expect(readFileSync(module, "utf8")).toContain(`module_mpich_copyPath = ${to}\n`);
    expect(readFileSync(module, "utf8")).toContain("UCX_POSIX_USE_PROC_LINK=n");
  });

  test("is found by LD_LIBRARY_PATH alone where run paths cannot be written, and that is said", () => {
    const from = vendor("bare", []);
    const words = ["node", "prepare-mpi", "--from", from, "--to", join(work, "plain"), "--json", "--patchelf", "none"];
    const { status, stderr, stdout } = berth(words);
    expect(stderr).toContain("LD_LIBRARY_PATH");
    expect(status).toBe(0);
    expect(JSON.parse(stdout).search).toEqual(["lib", "deps"]);
  });

  test("is not put where something else is, and a changed folder is replaced only when told", () => {
    const to = join(work, "other");
    const small = (...args: string[]) =>
      berth(["node", "prepare-mpi", "--from", vendor("small", []), "--to", to, ...args]);
    mkdirSync(to);
    expect(small().stderr).toContain("was not made by berth node prepare-mpi");
    rmSync(to, { recursive: true });
    expect(small().status).toBe(0);
    const library = join(to, "lib/libmpi.so.12");
    writeFileSync(library, "spoilt");
    expect(small().stderr).toContain("lib/libmpi.so.12 is not as it was written");
    expect(small("--replace").status).toBe(0);
    expect(statSync(library).size).toBeGreaterThan(1000);
  });

  test("has its run path written in place where there is room, and the library still loads", () => {
    const from = vendor("vendor", ["-Wl,--enable-new-dtags,-rpath,/opt/vendor/mpi/8.1/lib64"]);
    const to = join(work, "vendored");
    expect(berth(["node", "prepare-mpi", "--from", from, "--to", to, "--patchelf", "none"])).toMatchObject({
      status: 0,
      stderr: "",
    });
    expect(runPath(join(to, "lib/libmpi.so.12"))).toBe("$ORIGIN/../deps");
    const call = "import ctypes; print(ctypes.CDLL('libmpi.so.12').MPI_Send())";
    const env = { PATH: process.env["PATH"], LD_LIBRARY_PATH: join(to, "lib") };
    expect(spawnSync("python3", ["-c", call], { encoding: "utf8", env }).stdout).toBe("7\n");
    const refused = doctor(image, "--host-mpi", from);
    expect(refused.status).toBe(4);
    expect(refused.stdout).toMatch(/it uses .*MPI_Allreduce.*which the host's libraries do not have/);
    const written = doctor(image, "--host-mpi", from, "--module", "refused.conf");
    expect(written.stderr).toContain("no module is written");
    expect(existsSync(join(work, "refused.conf"))).toBe(false);
  });

  test.skipIf(!hasOpenMpi)("is impossible for a program of Open MPI, and Open MPI itself is risky at best", () => {
    const open = join(work, "open");
    buildRing("mpicc.openmpi", join(work, "ring-open"));
    plantProgram(open, join(work, "ring-open"), RING);
    const ran = doctor(open, "--host-mpi", MPICH);
    expect(ran.status).toBe(4);
    expect(ran.stdout).toContain("built for Open MPI and the host has MPICH");
    const same = doctor(open, "--host-mpi", "/usr/lib/x86_64-linux-gnu/libmpi.so.40");
    expect(same.stdout).toMatch(/^risky: Open MPI 4/m);
    expect(same.status).toBe(3);
    expect(
      doctor(open, "--host-mpi", "/usr/lib/x86_64-linux-gnu/libmpi.so.40", "--module", "open.yaml").stderr,
    ).toContain("--accept-risk");
  });

  test.skipIf(!hasMusl)("is impossible for programs of musl", () => {
    const tree = join(work, "musl");
    mkdirSync(join(tree, "app"), { recursive: true });
    mkdirSync(join(tree, "lib"));
    writeFileSync(join(work, "main.c"), "int MPI_Init(void *, void *);\nint main(void) { return MPI_Init(0, 0); }\n");
    const own = join(tree, "lib/libmpi.so.12");
    execFileSync("musl-gcc", ["-shared", "-Wl,-soname,libmpi.so.12", join(work, "own.c"), "-o", own]);
    execFileSync("musl-gcc", [join(work, "main.c"), own, "-o", join(tree, "app/main")]);
    chmodSync(join(tree, "app/main"), 0o755);
    const ran = doctor(tree);
    expect(ran.status).toBe(4);
    expect(ran.stdout).toContain("the image's C library is musl");
  });

  test("does not come up for an image without MPI", () => {
    const plain = join(work, "plain-tree");
    mkdirSync(join(plain, "bin"), { recursive: true });
    copyFileSync("/bin/true", join(plain, "bin/true"));
    expect(doctor(plain)).toMatchObject({ status: 5, stderr: "" });
    expect(doctor(image, "--host-mpi", "/nowhere").stderr).toContain("/nowhere does not exist");
    expect(doctor(image, "--module", "x.txt").stderr).toContain("ends neither in .conf");
  });
});
