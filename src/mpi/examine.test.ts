// Images and hosts made of a few files that only the loader would understand, and the verdicts on them.

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type MadeElf, makeElf } from "../elf/testing.ts";
import { withImageFiles } from "../image/inspect/index.ts";
import { type Examination, examine } from "./examine.ts";
import { System } from "./system.ts";

/** Files by path; a text is a link. */
type Tree = Readonly<Record<string, MadeElf | string>>;

const LD = "/lib64/ld-linux-x86-64.so.2";
const GLIBC = (...versions: string[]): MadeElf => ({
  soname: "libc.so.6",
  exports: ["printf"],
  defines: versions.map((version) => `GLIBC_${version}`),
});
const PROGRAM: MadeElf = {
  interpreter: LD,
  needed: ["libmpi.so.12", "libc.so.6"],
  imports: ["MPI_Init", "MPI_Send", "printf"],
  needs: { "libc.so.6": ["GLIBC_2.2.5"] },
};
const MPICH: MadeElf = {
  soname: "libmpi.so.12",
  needed: ["libc.so.6"],
  exports: ["MPI_Init", "MPI_Send", "MPI_Recv", { name: "MPII_Version_string", data: 6, text: "4.0.2" }],
  needs: { "libc.so.6": ["GLIBC_2.2.5"] },
};
const IMAGE: Tree = {
  "/usr/lib64/libc.so.6": GLIBC("2.2.5", "2.31"),
  "/app/solver": PROGRAM,
  "/usr/lib64/libmpi.so.12": MPICH,
};
const HOST: Tree = {
  "/usr/lib64/libc.so.6": GLIBC("2.2.5", "2.31", "2.36"),
  "/opt/mpi/libmpi.so.12": { ...MPICH, needed: ["libfabric.so.1", "libc.so.6"], imports: ["fi_getinfo"] },
  "/usr/lib64/libfabric.so.1": { soname: "libfabric.so.1", exports: ["fi_getinfo"], needed: ["libc.so.6"] },
};
const OPEN_MPI: MadeElf = {
  soname: "libmpi.so.40",
  needed: ["libc.so.6"],
  exports: [
    "MPI_Init",
    "MPI_Send",
    { name: "ompi_mpi_comm_world", data: 512 },
    { name: "ompi_version_string", data: 6, text: "4.1.4" },
  ],
};

let work: string;
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), "berth-mpi-test-"));
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

function plant(tree: Tree): string {
  const root = mkdtempSync(join(work, "tree-"));
  for (const [path, content] of Object.entries(tree)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    if (typeof content === "string") symlinkSync(content, join(root, path));
    else writeFileSync(join(root, path), makeElf(content), { mode: 0o755 });
  }
  return root;
}

function judged(image: Tree, host: Tree, named = "/opt/mpi"): Promise<Examination> {
  const options = { env: {}, named, imageLibraryPath: [], signal: AbortSignal.timeout(20_000) };
  return withImageFiles(plant(host), {}, (hostFiles) =>
    withImageFiles(plant(image), {}, (files) =>
      examine({ ...options, image: new System("the image", files.tree), host: new System("the host", hostFiles.tree) }),
    ),
  );
}

async function verdict(
  image: Tree,
  host: Tree,
): Promise<{ readonly state: string; readonly worst: string; readonly all: string }> {
  const { candidates } = await judged(image, host);
  const [best] = candidates;
  if (!best) throw new Error("no candidate");
  const { state, reasons } = best.verdict;
  return { state, worst: reasons[0]?.sentence ?? "", all: reasons.map(({ sentence }) => sentence).join("\n") };
}

describe("the host's MPI in the place of an image's", () => {
  test("is sound for the same interface with all symbols", async () => {
    const found = await judged(IMAGE, HOST);
    expect(found.image.clib).toEqual({ kind: "glibc", version: "2.31" });
    expect(found.group).toMatchObject({ mpi: { family: "mpich", number: "12" } });
    expect(found.group?.libraries).toEqual([{ path: "/usr/lib64/libmpi.so.12", release: "MPICH 4.0.2" }]);
    expect(found.candidates[0]?.verdict.state).toBe("sound");
    expect(found.candidates[0]?.verdict.reasons.map(({ sentence }) => sentence).join()).toContain(
      "all 2 symbols of MPI",
    );
  });

  test("is sound under the other name that Debian gives the library", async () => {
    const program = { ...PROGRAM, needed: ["libmpich.so.12", "libc.so.6"] };
    const image = {
      ...IMAGE,
      "/app/solver": program,
      "/usr/lib64/libmpich.so.12": { ...MPICH, soname: "libmpich.so.12" },
    };
    expect(await verdict(image, HOST)).toMatchObject({ state: "sound" });
  });

  test("is sound for an image that brings no MPI of its own", async () => {
    const { "/usr/lib64/libmpi.so.12": _none, ...image } = IMAGE;
    expect(await verdict(image, HOST)).toMatchObject({ state: "sound" });
  });

  test("is impossible when a symbol is lacking, and the symbol and the program are named", async () => {
    const host = { ...HOST, "/opt/mpi/libmpi.so.12": { ...MPICH, exports: ["MPI_Init"] } };
    const { state, worst } = await verdict(IMAGE, host);
    expect(state).toBe("impossible");
    expect(worst).toBe("/app/solver: it uses MPI_Send, which the host's libraries do not have");
  });

  test("is impossible when it, or what it needs, wants a newer glibc than the image has", async () => {
    const newer: MadeElf = {
      soname: "libfabric.so.1",
      exports: ["fi_getinfo"],
      needed: ["libc.so.6"],
      needs: { "libc.so.6": ["GLIBC_2.36"] },
    };
    const { state, worst } = await verdict(IMAGE, { ...HOST, "/usr/lib64/libfabric.so.1": newer });
    expect(state).toBe("impossible");
    expect(worst).toBe(
      "/app/solver: /opt/udiImage/modules/mpich/deps/libfabric.so.1 needs GLIBC_2.36 of libc.so.6, and the image's is too old",
    );
  });

  test("is impossible when the host itself lacks what its MPI needs", async () => {
    const { "/usr/lib64/libfabric.so.1": _none, ...host } = HOST;
    expect(await verdict(IMAGE, host)).toMatchObject({
      state: "impossible",
      worst: "the host's MPI needs libfabric.so.1, which is not even on the host",
    });
  });

  test("is impossible when the program's DT_RPATH leads to the image's own library", async () => {
    const image = { ...IMAGE, "/app/solver": { ...PROGRAM, rpath: "/usr/lib64" } };
    const { state, worst } = await verdict(image, HOST);
    expect(state).toBe("impossible");
    expect(worst).toContain("/usr/lib64/libmpi.so.12 of the image is found first through a DT_RPATH");
    expect(await verdict({ ...IMAGE, "/app/solver": { ...PROGRAM, runpath: "/usr/lib64" } }, HOST)).toMatchObject({
      state: "sound",
    });
  });

  test("is impossible in images with musl", async () => {
    const program = {
      ...PROGRAM,
      interpreter: "/lib/ld-musl-x86_64.so.1",
      needed: ["libmpi.so.12", "libc.musl-x86_64.so.1"],
    };
    const { state, worst } = await verdict({ ...IMAGE, "/app/solver": program }, HOST);
    expect(state).toBe("impossible");
    expect(worst).toContain("the image's C library is musl");
  });

  test("is impossible for another architecture", async () => {
    const image = { ...IMAGE, "/app/solver": { ...PROGRAM, machine: 183 } };
    const { worst } = await verdict(image, HOST);
    expect(worst).toBe("the image's programs are for AArch64, the host's MPI for x86-64");
  });

  test("is impossible between MPICH and Open MPI, even where both call their library libmpi.so.12", async () => {
    const old = { ...OPEN_MPI, soname: "libmpi.so.12" };
    const { state, worst } = await verdict(IMAGE, { ...HOST, "/opt/mpi/libmpi.so.12": old });
    expect(state).toBe("impossible");
    expect(worst).toContain("built for MPICH and the host has Open MPI");
  });

  test("is impossible between numbers of Open MPI, and never more than risky with the same", async () => {
    const program = { ...PROGRAM, needed: ["libmpi.so.40", "libc.so.6"] };
    const image = { ...IMAGE, "/app/solver": program, "/usr/lib64/libmpi.so.40": OPEN_MPI };
    const host = { ...HOST, "/opt/mpi/libmpi.so.12": { ...OPEN_MPI, soname: "libmpi.so.20" } };
    expect((await verdict(image, host)).worst).toContain("number 40 of Open MPI's interface");
    const same = await verdict(image, { "/usr/lib64/libc.so.6": GLIBC("2.2.5"), "/opt/mpi/libmpi.so.40": OPEN_MPI });
    expect(same).toMatchObject({ state: "risky" });
  });

  test("is risky when a program holds the library's data in another size", async () => {
    const size = (data: number): MadeElf => ({
      ...MPICH,
      exports: ["MPI_Init", "MPI_Send", { name: "MPI_UNWEIGHTED", data }],
    });
    const program = { ...PROGRAM, exports: [{ name: "MPI_UNWEIGHTED", data: 8 }] };
    const image = { ...IMAGE, "/app/solver": program, "/usr/lib64/libmpi.so.12": size(8) };
    expect(await verdict(image, { ...HOST, "/opt/mpi/libmpi.so.12": size(16) })).toMatchObject({ state: "risky" });
  });

  test("has the image's older library where it is loaded first, and says so when that one lacks a symbol", async () => {
    // The program needs libz itself, before the host's MPI does: what is loaded first counts for all.
    const program = { ...PROGRAM, needed: ["libz.so.1", "libmpi.so.12", "libc.so.6"] };
    const z = (...exports: string[]): MadeElf => ({ soname: "libz.so.1", exports });
    const image = { ...IMAGE, "/app/solver": program, "/usr/lib64/libz.so.1": z("deflate") };
    const mpi = { ...MPICH, needed: ["libz.so.1", "libc.so.6"], imports: ["deflateNew"] };
    const host = { ...HOST, "/opt/mpi/libmpi.so.12": mpi, "/usr/lib64/libz.so.1": z("deflate", "deflateNew") };
    const { state, worst } = await verdict(image, host);
    expect(state).toBe("impossible");
    expect(worst).toContain("of the host uses deflateNew, which the image's libraries do not have");
  });

  test("does not come up when nothing in the image uses MPI, and damaged files are named", async () => {
    const found = await judged(
      { "/usr/lib64/libc.so.6": GLIBC("2.31"), "/app/tool": { needed: ["x".repeat(70_000)] } },
      HOST,
    );
    expect(found).toMatchObject({ group: undefined, candidates: [], damaged: ["/app/tool"] });
  });

  test("is looked for in the named place only, and its absence is an error", async () => {
    await expect(judged(IMAGE, { "/usr/lib64/libc.so.6": GLIBC("2.31") })).rejects.toMatchObject({
      code: "E_MPI_NONE",
    });
  });
});
