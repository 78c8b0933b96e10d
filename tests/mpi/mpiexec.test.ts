// Programs of MPI in images, started by mpiexec on this machine: with the image's own MPICH and with the host's in its place.

import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packSquashfs } from "../run/images.ts";
import { ordinaryUser, runAs } from "../support/ordinary-user.ts";
import { removeAll } from "../support/unmount.ts";
import { mpichTree, noMpich, RING, ranks, UCX } from "./trees.ts";

const BERTH = resolve(process.env["BERTH_BINARY"] ?? join(import.meta.dirname, "../../build/berth"));
const obstacle = noMpich ?? (existsSync(BERTH) ? undefined : "a built berth is needed");
const MODULE = "/opt/udiImage/modules/mpich";

describe.skipIf(obstacle)(`programs of MPI under mpiexec [${obstacle ?? "MPICH"}]`, () => {
  let work: string;
  let tree: string;
  const user = ordinaryUser();
  beforeAll(() => {
    work = mkdtempSync(join(tmpdir(), "berth-mpiexec-"));
    spawnSync("chmod", ["755", work]);
    tree = mpichTree();
    packSquashfs(tree, join(work, "image.sqfs"));
    for (const name of ["cache", "run"]) {
      mkdirSync(join(work, name), { mode: 0o700 });
      spawnSync("chown", [user.name, join(work, name)]);
    }
    expect(
      spawnSync(BERTH, [
        "node",
        "prepare-mpi",
        "--from",
        "/usr/lib/x86_64-linux-gnu/libmpich.so.12",
        "--to",
        join(work, "host"),
      ]).status,
    ).toBe(0);
  });
  afterAll(() => {
    for (const path of [work, tree]) if (path) removeAll(path);
  });

  function mpiexec(size: number, ...words: string[]): SpawnSyncReturns<string> {
    const env = {
      BERTH_CACHEDIR: join(work, "cache"),
      BERTH_RUNTIMEDIR: join(work, "run"),
      ...UCX,
    };
    const command = ["timeout", "-k", "1", "40", "mpiexec.hydra", "-n", String(size), BERTH, "exec", ...words];
    return runAs(user, command, { env, cwd: "/" });
  }

  test("use the image's own MPICH, and the descriptor of the launcher reaches them", () => {
    const ran = mpiexec(4, join(work, "image.sqfs"), RING);
    expect(ran.stderr).toBe("");
    const said = ranks(ran.stdout);
    expect(said.map(({ rank, size, sum, ring }) => [rank, size, sum, ring])).toEqual(
      ["0", "1", "2", "3"].map((rank) => [rank, "4", "6", "whole"]),
    );
    expect(said.every(({ library }) => /^(?:\/usr)?\/lib\//.test(library ?? ""))).toBe(true);
  });

  test("use the host's MPICH where its folder is bound and comes first", () => {
    const module = ["--bind", `${join(work, "host")}:${MODULE}:ro`, "--env", `LD_LIBRARY_PATH=${MODULE}/lib`];
    const ran = mpiexec(3, ...module, join(work, "image.sqfs"), RING);
    expect(ran.stderr).toBe("");
    const said = ranks(ran.stdout);
    expect(said.map(({ sum, ring }) => [sum, ring])).toEqual(Array(3).fill(["3", "whole"]));
    expect(new Set(said.map(({ library }) => library))).toEqual(new Set([`${MODULE}/lib/libmpich.so.12`]));
  });

  test("end with the status of a rank that fails, and a launch that fails says why", () => {
    expect(mpiexec(2, join(work, "image.sqfs"), "/no/such/program").stderr).toContain("/no/such/program");
    expect(mpiexec(1, join(work, "nothing.sqfs"), RING).stderr).toContain("does not exist");
  });

  test("get only the descriptor that PMI_FD names", () => {
    const script = `exec 5>${join(work, "run", "five")} 6>${join(work, "run", "six")}; PMI_FD=5 "$0" exec --bind /bin --bind /lib --bind /lib64 --bind /usr "$1" /bin/sh -c 'echo through >&5; echo closed 2>&1 >&6; env | grep -c HANDOVER'`;
    const env = { BERTH_CACHEDIR: join(work, "cache"), BERTH_RUNTIMEDIR: join(work, "run") };
    const ran = runAs(user, ["sh", "-c", script, BERTH, join(work, "image.sqfs")], { env, cwd: "/" });
    expect(readFileSync(join(work, "run", "five"), "utf8")).toBe("through\n");
    expect(readFileSync(join(work, "run", "six"), "utf8")).toBe("");
    expect(ran.stdout.split("\n").at(-2)).toBe("0");
  });
});
