import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeElf } from "../elf/testing.ts";
import { withImageFiles } from "../image/inspect/index.ts";
import { collect } from "./collect.ts";
import { findHostMpi } from "./host-mpi.ts";
import { listAt, prepareFolder } from "./prepare.ts";
import { System } from "./system.ts";

describe("the folder of a host's MPI", () => {
  let work: string;
  beforeEach(() => {
    work = mkdtempSync(join(tmpdir(), "berth-prepare-"));
    mkdirSync(join(work, "mpi"));
  });
  afterEach(() => rmSync(work, { recursive: true, force: true }));

  // Copies are made from the paths of the host itself.
  async function prepare(...exports: string[]) {
    writeFileSync(join(work, "mpi/libmpi.so.12"), makeElf({ soname: "libmpi.so.12", exports }));
    return withImageFiles("/", {}, async ({ tree }) => {
      const host = new System("the host", tree);
      const [mpi] = await findHostMpi(host, {}, join(work, "mpi"));
      if (!mpi) throw new Error("no MPI");
      const collection = await collect(host, mpi, { libraryPath: [], also: [] });
      const signal = AbortSignal.timeout(10_000);
      return prepareFolder({ mpi, collection, to: join(work, "to"), patchelf: undefined, replace: false, signal });
    });
  }

  test("is made once, and one that holds something else is no failure to write", async () => {
    expect(await prepare("MPI_Init")).toMatchObject({ changed: true });
    expect(await prepare("MPI_Init")).toMatchObject({ changed: false });
    await expect(prepare("MPI_Init", "MPI_Send")).rejects.toMatchObject({ code: "E_MPI_TARGET_DIFFERS" });
  });

  test("with a list that cannot be read is not taken for somebody else's", async () => {
    mkdirSync(join(work, "to"));
    await expect(listAt(join(work, "to"))).rejects.toMatchObject({ code: "E_MPI_TARGET_FOREIGN" });
    writeFileSync(join(work, "to/berth-mpi.json"), "{}");
    await expect(listAt(join(work, "to"))).rejects.toMatchObject({ code: "E_MPI_PREPARED" });
    writeFileSync(join(work, "to/berth-mpi.json"), Buffer.alloc(16 * 1024 * 1024 + 1, " "));
    await expect(listAt(join(work, "to"))).rejects.toMatchObject({ code: "E_MPI_PREPARED" });
    expect(await listAt(join(work, "nothing"))).toBeUndefined();
  });
});
