import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { catalogueOf, factsOf } from "../testing.ts";
import { executable } from "./executable.ts";

const UMOCI = "/usr/bin/umoci";
const ESBUILD = join(import.meta.dirname, "../../../../node_modules/@esbuild/linux-x64/bin/esbuild");

function hasCompiler(): boolean {
  try {
    execFileSync("gcc", ["--version"], { stdio: "ignore" });
    execFileSync("objcopy", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** A program of one writable segment without sections, whose content begins at 0x1000. */
function programOf(content: Buffer): Buffer {
  const head = Buffer.alloc(0x1000);
  head.write("\x7fELF\x02\x01\x01", 0, "latin1");
  head.writeBigUInt64LE(64n, 32);
  head.writeUInt16LE(56, 54);
  head.writeUInt16LE(1, 56);
  head.writeUInt32LE(1, 64);
  head.writeUInt32LE(6, 68);
  head.writeBigUInt64LE(0x1000n, 72);
  head.writeBigUInt64LE(0x400000n, 80);
  head.writeBigUInt64LE(BigInt(content.length), 96);
  return Buffer.concat([head, content, Buffer.alloc(16 * 1024)]);
}

const MODULES =
  'path\texample.org/tool\nmod\texample.org/tool\t(devel)\t\ndep\tgithub.com/a/b\tv1.2.3\th1:x=\ndep\tgithub.com/c/d\tv0.1.0\n=>\tgithub.com/fork/d\tv0.2.0\th1:y=\ndep\tlocal.example\tv0.0.0\n=>\t./local\t\nbuild\t-ldflags="-s -w"\n';
const MARKED = Buffer.concat([Buffer.alloc(16, 1), Buffer.from(MODULES), Buffer.alloc(16, 2)]);

// What Go wrote before 1.18: two addresses of strings, each an address and a length.
function pointed(): Buffer {
  const content = Buffer.alloc(0x400 + MARKED.length);
  content.write("\xff Go buildinf:\x08", 0x20, "latin1");
  content.writeBigUInt64LE(0x400100n, 0x30);
  content.writeBigUInt64LE(0x400110n, 0x38);
  content.writeBigUInt64LE(0x400200n, 0x100);
  content.writeBigUInt64LE(8n, 0x108);
  content.writeBigUInt64LE(0x400400n, 0x110);
  content.writeBigUInt64LE(BigInt(MARKED.length), 0x118);
  content.write("go1.16.3", 0x200);
  MARKED.copy(content, 0x400);
  return programOf(content);
}

describe("programs of Go", () => {
  test.skipIf(!existsSync(UMOCI))("say which Go they were built with (needs umoci)", () => {
    const [library] = catalogueOf({ "usr/bin/umoci": readFileSync(UMOCI) }).packages;
    expect(library?.purl).toMatch(/^pkg:golang\/stdlib@1\.\d+(\.\d+)?$/);
  });

  test.skipIf(!existsSync(ESBUILD))("that have been robbed of it are a gap (needs the installed packages)", () => {
    const { gaps } = catalogueOf({ "usr/local/bin/esbuild": readFileSync(ESBUILD) });
    expect(gaps).toEqual([{ path: "usr/local/bin/esbuild", why: expect.stringContaining("program of Go") }]);
  });

  test("of today have the texts in place", () => {
    const head = Buffer.alloc(32);
    head.write("\xff Go buildinf:\x08\x02", 0, "latin1");
    const long = Buffer.from([(MARKED.length & 0x7f) | 0x80, MARKED.length >> 7]);
    const content = Buffer.concat([head, Buffer.from("\x08go1.22.1"), long, MARKED]);
    const { packages } = catalogueOf({ "usr/bin/tool": programOf(content) });
    expect(packages.map(({ name, version }) => `${name} ${version}`)).toContain("stdlib 1.22.1");
    expect(packages).toHaveLength(5);
  });

  test("without sections, and of old: replaced modules are those that are in it", () => {
    const { packages, gaps } = catalogueOf({ "usr/bin/tool": pointed() });
    expect(gaps).toEqual([]);
    expect(packages.map(({ purl, origin }) => [purl, origin])).toEqual([
      ["pkg:golang/example.org/tool", undefined],
      ["pkg:golang/github.com/a/b@v1.2.3", undefined],
      ["pkg:golang/github.com/fork/d@v0.2.0", undefined],
      ["pkg:golang/local.example@v0.0.0", "./local"],
      ["pkg:golang/stdlib@1.16.3", undefined],
    ]);
  });

  test("damaged anywhere come to an end", () => {
    const bytes = pointed();
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(0x1600), fc.nat(255)), { maxLength: 20 }),
        fc.nat(bytes.length),
        (changes, length) => {
          const copy = Buffer.from(bytes.subarray(0, length));
          for (const [at, value] of changes) if (at < copy.length) copy[at] = value;
          const { files } = factsOf(
            { "usr/bin/tool": Buffer.concat([copy, Buffer.alloc(16 * 1024)]) },
            { piece: 1 << 20 },
          );
          expect(files.length).toBeLessThan(2);
        },
      ),
      { numRuns: 300, seed: 3 },
    );
  });
});

test.skipIf(!hasCompiler())(
  "programs of Rust list their crates where cargo-auditable was used (needs gcc and binutils)",
  () => {
    const dir = mkdtempSync(join(tmpdir(), "berth-rust-"));
    try {
      const crates = [
        { name: "serde", version: "1.0.200", source: "crates.io" },
        { name: "cc", version: "1.0.0", source: "crates.io", kind: "build" },
        { name: "app", version: "0.1.0", source: "local", root: true },
      ];
      writeFileSync(join(dir, "deps"), deflateSync(JSON.stringify({ packages: crates })));
      execFileSync("gcc", ["-x", "c", "-", "-o", join(dir, "plain")], {
        input: `int main(void) { return 0; } char room[${1 << 16}] = {1};`,
      });
      execFileSync("objcopy", ["--add-section", `.dep-v0=${join(dir, "deps")}`, join(dir, "plain"), join(dir, "app")]);
      const files = {
        "usr/bin/plain": readFileSync(join(dir, "plain")),
        "usr/bin/app": readFileSync(join(dir, "app")),
      };
      expect(catalogueOf(files).packages.map(({ purl, origin }) => [purl, origin])).toEqual([
        ["pkg:cargo/app@0.1.0", "local"],
        ["pkg:cargo/serde@1.0.200", undefined],
      ]);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  },
);

test("libraries, scripts and what cannot be run are passed by", () => {
  expect(executable.wants("usr/lib/libx.so.1", { size: 1e6, mode: 0o755 })).toBeUndefined();
  expect(executable.wants("usr/share/tool", { size: 1e6, mode: 0o644 })).toBeUndefined();
  expect(factsOf({ "usr/bin/script": `#!/bin/sh\n${"x".repeat(20_000)}` }).files).toEqual([]);
});
