import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { readElfLibrary } from "./elf-library.ts";

const hasGcc = spawnSync("gcc", ["--version"]).status === 0;
const dir = mkdtempSync(join(tmpdir(), "berth-elf-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const readIn = (bytes: Buffer) => (offset: number, length: number) => bytes.subarray(offset, offset + length);

function library(...flags: string[]): Buffer {
  const [source, file] = [join(dir, "a.c"), join(dir, "a.so")];
  writeFileSync(source, "int answer(void) { return 42; }\n");
  execFileSync("gcc", ["-shared", "-fPIC", "-o", file, source, ...flags]);
  return readFileSync(file);
}

const FLAGS: Readonly<Record<string, number>> = { x64: 0x303, arm64: 0xa03 };

describe.skipIf(!hasGcc)(`a shared library${hasGcc ? "" : " [gcc is not installed]"}`, () => {
  test("tells its soname and for which machine it is", () => {
    const flags = FLAGS[process.arch] ?? expect.any(Number);
    const read = readIn(library("-Wl,-soname,libfake.so.1"));
    expect(readElfLibrary(read)).toEqual({ soname: "libfake.so.1", cacheFlags: flags });
  });

  test("may have none", () => {
    expect(readElfLibrary(readIn(library()))).toMatchObject({ soname: undefined });
    expect(readElfLibrary(readIn(library("-Wl,-soname,../evil")))).toMatchObject({ soname: undefined });
  });

  test("that is cut short or changed makes no failure", () => {
    const good = library("-Wl,-soname,libfake.so.1");
    for (let end = 0; end < 2_000; end += 7) readElfLibrary(readIn(good.subarray(0, end)));
    const head = fc.array(fc.tuple(fc.nat(1_000), fc.nat(255)), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(head, (changes) => {
        const bytes = Buffer.from(good);
        for (const [at, value] of changes) bytes[at] = value;
        readElfLibrary(readIn(bytes));
      }),
      { numRuns: 1_000, seed: 11 },
    );
  });
});

test.each([["#!/bin/sh\n"], [""], ["\x7fELF"], ["x".repeat(100)]])("%j is no library", (text) => {
  expect(readElfLibrary(readIn(Buffer.from(text, "latin1")))).toBeUndefined();
});
