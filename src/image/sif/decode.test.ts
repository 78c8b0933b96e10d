import { describe, expect, test } from "vitest";
import { decodeDescriptors, decodeHeader, findHeader } from "./decode.ts";
import { encodePrefix, type SifPlan } from "./encode.ts";
import * as layout from "./layout.ts";

const SIZE = 5000;
const plan: SifPlan = {
  uuid: new Uint8Array(16),
  time: 0,
  objects: [{ type: "json", name: "a", content: Buffer.from("{}") }],
  partition: { name: "root", fs: "squashfs", kind: "primary", arch: "arm64", size: SIZE },
};

function decode(change: (bytes: Buffer) => void, fileSize = layout.DATA_OFFSET + 592 + SIZE) {
  const bytes = encodePrefix(plan);
  change(bytes);
  const header = decodeHeader(bytes, fileSize, "x.sif");
  return decodeDescriptors(bytes.subarray(header.descriptorsOffset), header, "x.sif");
}

const partition = layout.DESCRIPTORS_OFFSET + layout.DESCRIPTOR_BYTES;
const set = (at: number, value: bigint) => (bytes: Buffer) => {
  bytes.writeBigInt64LE(value, at);
};

describe("a table that somebody tampered with is refused", () => {
  const cases: readonly (readonly [string, (bytes: Buffer) => void, string])[] = [
    ["more descriptors than any file has", set(88, 1025n), "E_SIF_CORRUPT"],
    ["a negative number of descriptors", set(88, -1n), "E_SIF_CORRUPT"],
    ["a table smaller than its descriptors", set(104, 10n), "E_SIF_CORRUPT"],
    ["a table outside of the file", set(96, 1n << 40n), "E_SIF_TRUNCATED"],
    ["an offset beyond all numbers", set(partition + 17, 0x7fff_ffff_ffff_ffffn), "E_SIF_CORRUPT"],
    ["a partition that ends outside of the file", set(partition + 25, 1n << 30n), "E_SIF_TRUNCATED"],
    ["a partition over the descriptors", set(partition + 17, 4096n), "E_SIF_CORRUPT"],
    ["a partition over another object", set(layout.DESCRIPTORS_OFFSET + 25, 600n), "E_SIF_CORRUPT"],
    ["two objects of one number", (bytes) => bytes.writeUInt32LE(1, partition + 5), "E_SIF_CORRUPT"],
    ["a partition of an unknown kind", (bytes) => bytes.writeInt32LE(77, partition + 201), "E_SIF_CORRUPT"],
  ];
  test.each(cases)("%s", (_name, change, code) => {
    expect(() => decode(change)).toThrow(expect.objectContaining({ code }));
  });
});

test("an untouched table is read", () => {
  expect(decode(() => {})).toMatchObject([{ name: "a" }, { partition: { arch: "arm64" }, size: SIZE }]);
});

test("unused slots and unknown kinds of objects do no harm", () => {
  const found = decode((bytes) => bytes.writeInt32LE(0x4fff, layout.DESCRIPTORS_OFFSET));
  expect(found[0]).toMatchObject({ type: "unknown", name: "a" });
});

test("the magic is found behind a longer launch line, and not far into a file", () => {
  const header = encodePrefix(plan).subarray(0, 200);
  expect(findHeader(Buffer.concat([Buffer.alloc(1000), header]))).toBe(1000);
  expect(findHeader(Buffer.concat([Buffer.alloc(3000), header]))).toBeUndefined();
});

test.each([
  ["386", "01"],
  ["amd64", "02"],
  ["arm64", "04"],
  ["ppc64le", "06"],
  ["s390x", "11"],
  ["riscv64", "12"],
  ["sparc", "00"],
])("architecture %s has the code %s", (arch, code) => {
  expect(layout.archCode(arch)).toBe(code);
  expect(layout.archName(code)).toBe(code === "00" ? "unknown" : arch);
});
