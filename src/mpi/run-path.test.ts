import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasCode } from "../base/errors.ts";
import { readElf } from "../elf/index.ts";
import { type MadeElf, makeElf } from "../elf/testing.ts";
import { removeRunPaths, writeRunPath } from "./run-path.ts";

const WANTED = "$ORIGIN/../deps";
const LIBRARY: MadeElf = {
  soname: "libmpi.so.12",
  needed: ["libfabric.so.1"],
  imports: ["malloc"],
  exports: ["MPI_Init"],
};

let work: string;
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), "berth-run-path-"));
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

async function changed(
  bytes: Buffer,
  change: (file: Awaited<ReturnType<typeof open>>, path: string) => Promise<unknown>,
) {
  const path = join(work, "library");
  writeFileSync(path, bytes);
  const file = await open(path, "r+");
  try {
    const done = await change(file, path);
    return { done, elf: await readElf(file, path) };
  } finally {
    await file.close();
  }
}
const written = (made: MadeElf) => changed(makeElf(made), (file, path) => writeRunPath(file, path, WANTED));

describe("the run path of a library", () => {
  test.each([
    [64, true],
    [64, false],
    [32, true],
    [32, false],
  ] as const)("is written where a longer one stood (%i bit, little end first: %s)", async (bits, little) => {
    const { done, elf } = await written({ ...LIBRARY, bits, little, runpath: "/opt/cray/pe/mpich/lib64" });
    expect(done).toBe("done");
    expect(elf).toMatchObject({
      rpath: WANTED,
      runpath: undefined,
      needed: ["libfabric.so.1"],
      soname: "libmpi.so.12",
    });
  });

  test("is the only one afterwards", async () => {
    const { elf } = await written({
      ...LIBRARY,
      rpath: "/opt/cray/pe/mpich/lib64",
      runpath: "/another/of/the/two/kinds",
    });
    expect([elf?.rpath, elf?.runpath].filter((path) => path !== undefined)).toEqual([WANTED]);
  });

  test("is left alone without room, and where another name shares its bytes", async () => {
    expect((await written(LIBRARY)).done).toBe("no-room");
    expect((await written({ ...LIBRARY, rpath: "/opt" })).done).toBe("no-room");
    const shared = "/opt/cray/pe/mpich/lib64/libx.so";
    const { done, elf } = await written({ ...LIBRARY, rpath: shared, needed: [shared] });
    expect(done).toBe("no-room");
    expect(elf).toMatchObject({ rpath: shared, needed: [shared] });
  });

  test("is left alone when it is no text: fewer bytes are there than it seems", async () => {
    const bytes = makeElf({ ...LIBRARY, rpath: "/ZZZZZZ" });
    bytes.fill(0xff, bytes.indexOf("ZZZZZZ"), bytes.indexOf("ZZZZZZ") + 6);
    const { done } = await changed(bytes, (file, path) => writeRunPath(file, path, WANTED));
    expect(done).toBe("no-room");
  });

  test("is taken out, and nothing else", async () => {
    const made = { ...LIBRARY, rpath: "/a", runpath: "/b", needs: { "libc.so.6": ["GLIBC_2.34"] } };
    const { elf } = await changed(makeElf(made), removeRunPaths);
    const { rpath: _rpath, runpath: _runpath, ...plain } = made;
    const whole = await changed(makeElf(plain), async () => undefined);
    expect(elf?.rpath).toBeUndefined();
    expect(elf?.runpath).toBeUndefined();
    expect(elf?.needs).toEqual(whole.elf?.needs);
    expect(elf?.exports.map(({ name }) => name)).toEqual(["MPI_Init"]);
  });

  test("of damaged libraries is an error or an answer, and never work without end", { timeout: 60_000 }, async () => {
    const whole = makeElf({ ...LIBRARY, rpath: "/opt/cray/pe/mpich/lib64" });
    const changes = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 6 });
    const property = fc.asyncProperty(changes, async (list) => {
      const bytes = Buffer.from(whole);
      for (const [at, value] of list) bytes[at] = value;
      await changed(bytes, async (file, path) => {
        await writeRunPath(file, path, WANTED);
        await removeRunPaths(file, path);
      }).catch((error: unknown) => {
        if (!hasCode(error, "E_ELF_DAMAGED")) throw error;
      });
    });
    await fc.assert(property, { numRuns: 200, seed: 7 });
  });
});
