import { open } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hasCode } from "../base/errors.ts";
import type { RandomFile } from "../image/squashfs-reader/index.ts";
import { readElf, readElfHead, readTextAt } from "./index.ts";
import { type MadeElf, makeElf, openBytes } from "./testing.ts";

const LIBRARY: MadeElf = {
  soname: "libmpi.so.12",
  needed: ["libfabric.so.1", "libc.so.6"],
  runpath: "/opt/lib:$ORIGIN",
  imports: ["fi_getinfo", "malloc"],
  exports: [
    "MPI_Init",
    { name: "MPI_F_STATUS_IGNORE", data: 8, version: "MPI_1" },
    { name: "Version", data: 6, text: "4.0.2" },
  ],
  needs: { "libc.so.6": ["GLIBC_2.34", "GLIBC_2.2.5"], "libm.so.6": ["GLIBC_2.29"] },
  defines: ["MPI_1", "MPI_2"],
};

describe("the ELF reader", () => {
  test.each([
    [64, true],
    [64, false],
    [32, true],
    [32, false],
  ] as const)("reads %i bit files, little end first: %s", async (bits, little) => {
    const elf = await readElf(openBytes(makeElf({ ...LIBRARY, bits, little, machine: 183 })), "x");
    expect(elf).toMatchObject({ bits, little, machine: 183, soname: "libmpi.so.12", runpath: "/opt/lib:$ORIGIN" });
    expect(elf?.rpath).toBeUndefined();
    expect(elf?.needed).toEqual(["libfabric.so.1", "libc.so.6"]);
    expect(elf?.imports.map(({ name }) => name)).toEqual(["fi_getinfo", "malloc"]);
    expect(elf?.exports.map(({ name, version, data, size }) => [name, version, data, size])).toEqual([
      ["MPI_Init", undefined, false, 0],
      ["MPI_F_STATUS_IGNORE", "MPI_1", true, 8],
      ["Version", undefined, true, 6],
    ]);
    expect(elf?.defines.map(({ name }) => name)).toEqual(["MPI_1", "MPI_2"]);
    expect(elf?.needs.map(({ library, versions }) => [library, ...versions.map(({ name }) => name)])).toEqual([
      ["libc.so.6", "GLIBC_2.34", "GLIBC_2.2.5"],
      ["libm.so.6", "GLIBC_2.29"],
    ]);
  });

  test("reads the interpreter of programs, and the text at a symbol's address", async () => {
    const program = await readElfHead(openBytes(makeElf({ interpreter: "/lib64/ld-linux-x86-64.so.2" })), "x");
    expect(program?.interpreter).toBe("/lib64/ld-linux-x86-64.so.2");
    const file = openBytes(makeElf(LIBRARY));
    const version = (await readElf(file, "x"))?.exports.find(({ name }) => name === "Version");
    expect(await readTextAt(file, "x", version?.value ?? 0)).toBe("4.0.2");
    expect(await readTextAt(file, "x", 2 ** 40)).toBeUndefined();
  });

  test("takes what is no ELF file for none", async () => {
    for (const bytes of [Buffer.alloc(0), Buffer.from("#!/bin/sh\nexit 0\n"), Buffer.alloc(4096)])
      expect(await readElf(openBytes(bytes), "x")).toBeUndefined();
  });

  test("reads the program that runs this test", async () => {
    const file = await open(process.execPath);
    try {
      expect((await readElfHead(file, process.execPath))?.needed).toContain("libc.so.6");
    } finally {
      await file.close();
    }
  });

  test("answers or says that a file is damaged, whatever is done to it", { timeout: 60_000 }, async () => {
    const whole = makeElf(LIBRARY);
    const change = fc.tuple(fc.nat(whole.length - 1), fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 127, 128, 255)));
    const property = fc.asyncProperty(
      fc.array(change, { maxLength: 12 }),
      fc.nat(whole.length),
      async (changes, cut) => {
        const bytes = Buffer.from(whole);
        for (const [at, value] of changes) bytes[at] = value;
        for (const file of [openBytes(bytes), openBytes(bytes.subarray(0, cut))])
          await readElf(file, "x").catch((error: unknown) => {
            if (!hasCode(error, "E_ELF_DAMAGED")) throw error;
          });
      },
    );
    await fc.assert(property, { numRuns: 1500, seed: 5 });
  });

  test.each([
    ["many libraries", 5_000, "a"],
    ["libraries of long names", 300, "a".repeat(1_000)],
  ])("believes no file that needs %s: their names could all be one", async (_, count, name) => {
    const file = openBytes(makeElf({ needed: Array(count).fill(name) }));
    await expect(readElfHead(file, "x")).rejects.toMatchObject({ code: "E_ELF_DAMAGED" });
  });

  test("reads no more than headers can be long, however long the file and its tables claim to be", async () => {
    const bytes = makeElf(LIBRARY);
    // Size and number of the section headers: four gigabytes, which a file with holes may have.
    bytes.writeUInt16LE(65_535, 58);
    bytes.writeUInt16LE(65_535, 60);
    let most = 0;
    const file: RandomFile = {
      ...openBytes(bytes),
      stat: async () => ({ size: 2 ** 33 }),
      read: (buffer, offset, length, position) => {
        most = Math.max(most, length);
        return openBytes(bytes).read(buffer, offset, length, position);
      },
    };
    await readElf(file, "x").catch(() => undefined);
    expect(most).toBeLessThan(2 ** 20);
  });

  test("gives up lists of versions that lead in circles", async () => {
    const bytes = makeElf({ needs: { "libc.so.6": ["GLIBC_2.34"] } });
    // A record that is its own successor: the library's, whose step is the last number of its 16 bytes.
    const at = bytes.indexOf(Buffer.from([1, 0, 1, 0]), 200);
    bytes.writeUInt16LE(65_535, at + 2);
    bytes.writeUInt32LE(2 ** 32 - 16, at + 16 + 12);
    await expect(readElf(openBytes(bytes), "x")).rejects.toMatchObject({ code: "E_ELF_DAMAGED" });
  });
});
