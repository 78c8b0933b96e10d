import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { makeElf } from "../elf/testing.ts";
import { elfLibraryAt } from "./elf-library.ts";

const hasGcc = spawnSync("gcc", ["--version"]).status === 0;
const dir = mkdtempSync(join(tmpdir(), "berth-elf-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const file = join(dir, "a.so");

function library(...flags: string[]): string {
  writeFileSync(join(dir, "a.c"), "int answer(void) { return 42; }\n");
  execFileSync("gcc", ["-shared", "-fPIC", "-o", file, join(dir, "a.c"), ...flags]);
  return file;
}

const FLAGS: Readonly<Record<string, number>> = { x64: 0x303, arm64: 0xa03 };

describe.skipIf(!hasGcc)(`a shared library${hasGcc ? "" : " [gcc is not installed]"}`, () => {
  test("tells its soname and for which machine it is", async () => {
    const flags = FLAGS[process.arch] ?? expect.any(Number);
    const found = await elfLibraryAt(library("-Wl,-soname,libfake.so.1"));
    expect(found).toEqual({ soname: "libfake.so.1", cacheFlags: flags });
  });

  test("may have none, or one that is no name of a file", async () => {
    expect(await elfLibraryAt(library())).toMatchObject({ soname: undefined });
    expect(await elfLibraryAt(library("-Wl,-soname,../evil"))).toMatchObject({ soname: undefined });
  });
});

test("a library of another machine has that one's flags; one that berth does not know is none", async () => {
  writeFileSync(file, makeElf({ soname: "liba.so.1", machine: 183 }));
  expect(await elfLibraryAt(file)).toEqual({ soname: "liba.so.1", cacheFlags: 0xa03 });
  writeFileSync(file, makeElf({ soname: "liba.so.1", machine: 9999 }));
  expect(await elfLibraryAt(file)).toBeUndefined();
});

test.each([["#!/bin/sh\n"], [""], ["\x7fELF"], ["x".repeat(100)]])("%j is no library", async (text) => {
  writeFileSync(file, text, "latin1");
  expect(await elfLibraryAt(file)).toBeUndefined();
});

test("what is cut short or missing is no library", async () => {
  writeFileSync(file, makeElf({ soname: "liba.so.1" }).subarray(0, 300));
  expect(await elfLibraryAt(file)).toBeUndefined();
  expect(await elfLibraryAt(join(dir, "missing"))).toBeUndefined();
});
