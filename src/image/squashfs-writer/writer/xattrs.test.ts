import { expect, test } from "vitest";
import { XattrTable } from "./xattrs.ts";

test("attributes that fill the memory are refused; equal ones are kept once", () => {
  const table = new XattrTable();
  const set = (i: number) => new Map([[`user.${i}`, Buffer.alloc(65_000)]]);
  for (let i = 0; i < 2000; i += 1) table.index(set(0));
  expect(() => {
    for (let i = 0; i < 2000; i += 1) table.index(set(i));
  }).toThrow(/more than 64 MiB of extended attributes/);
});
