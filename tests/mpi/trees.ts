// Images with programs of MPI, built here with the machine's compilers from the machine's own libraries.

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { LayerEntry } from "../support/oci-image.ts";
import { installed } from "../support/ordinary-user.ts";

/** Why programs of MPICH cannot be built here; undefined: they can. */
export const noMpich: string | undefined =
  installed("mpicc.mpich") && installed("mpiexec.hydra") ? undefined : "mpich and libmpich-dev are needed";
export const hasOpenMpi = installed("mpicc.openmpi");
export const hasMusl = installed("musl-gcc");

/** The program's path in images. */
export const RING = "/app/ring";

/**
 * What UCX needs to know: without a set-up its neighbours' descriptors are closed to it, each being in a user namespace of its own; and
 * all nodes of these tests are one machine. UCX over TCP within it (UCX_TLS=tcp,self) was seen to hang on the host itself too, in five
 * of six runs of ring.c with Debian's MPICH 4.0.2; with shared memory in none.
 */
export const UCX = { UCX_POSIX_USE_PROC_LINK: "n", UCX_TLS: "sm,self" };

/** Builds tests/mpi/ring.c. */
export function buildRing(compiler: string, to: string, flags: readonly string[] = []): void {
  mkdirSync(dirname(to), { recursive: true });
  execFileSync(compiler, [join(import.meta.dirname, "ring.c"), "-O1", ...flags, "-o", to]);
}

/** Puts a program of the host with the libraries that it loads into a tree; answers their paths there. */
export function plantProgram(tree: string, program: string, at: string): readonly string[] {
  const listed = execFileSync("ldd", [program], { encoding: "utf8" });
  const libraries = [...listed.matchAll(/(?:=> |^\s*)(\/\S+)/gm)].map(([, path]) => path ?? "");
  for (const [from, to] of [[program, at] as const, ...libraries.map((path) => [path, path] as const)]) {
    mkdirSync(dirname(join(tree, to)), { recursive: true });
    copyFileSync(from, join(tree, to));
  }
  return [at, ...libraries];
}

/** A tree with the ring and its own MPICH. */
export function mpichTree(): string {
  const tree = mkdtempSync(join(tmpdir(), "berth-mpich-image-"));
  for (const name of ["app", "etc", "tmp", "proc", "sys", "dev", "opt"]) mkdirSync(join(tree, name));
  buildRing("mpicc.mpich", join(tree, RING));
  plantProgram(tree, join(tree, RING), RING.replace("ring", "copy"));
  writeFileSync(join(tree, "etc/passwd"), "root:x:0:0:root:/:/bin/sh\n");
  return tree;
}

/** The same as entries of a layer. */
export function mpichEntries(tree: string): readonly LayerEntry[] {
  const paths = execFileSync("find", [tree, "-type", "f", "-printf", "%P\n"], { encoding: "utf8" }).trim().split("\n");
  return paths.map((path) => ({ path, content: readFileSync(join(tree, path)), mode: 0o755 }));
}

/** What the ranks said, in their order. */
export function ranks(output: string): readonly Readonly<Record<string, string>>[] {
  const lines = output.split("\n").filter((line) => line.startsWith("rank="));
  const said = lines.map((line) =>
    Object.fromEntries([...line.matchAll(/(\w+)=(\S+)/g)].map(([, key, value]) => [key, value])),
  );
  return said.toSorted((a, b) => Number(a["rank"]) - Number(b["rank"]));
}
