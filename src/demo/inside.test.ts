import { expect, test } from "vitest";
import { insideProofs } from "./inside.ts";

const PRINTED = [
  "python=3.11.2",
  "uid=1000",
  "deleted=False",
  "replaced=new",
  "issue=replaced by the top layer",
  "kept-link=old",
  "box=one,two",
  "same-inode=True",
  "kind=a folder now",
  "write=Read-only file system",
  "create=Permission denied",
  "word=quoted 'and' $unexpanded",
  "capabilities=0000000000000000",
  "no-new-privileges=1",
].join("\n");

test("all proofs hold when Python saw what it should", () => {
  expect(insideProofs(PRINTED, 1000).filter((proof) => !proof.holds)).toEqual([]);
});

test.each([
  ["python=3.11.2", "python=", /python/],
  ["deleted=False", "deleted=True", /deleted files/],
  ["kept-link=old", "kept-link=new", /hard link keeps/],
  ["write=Read-only file system", "write=written", /writing/],
  ["uid=1000", "uid=0", /runs as the user/],
  ["capabilities=0000000000000000", "capabilities=0000000000000001", /capability/],
])("%s that comes out as %s fails one proof", (right, wrong, claim) => {
  const failed = insideProofs(PRINTED.replace(right, wrong), 1000).filter((proof) => !proof.holds);
  expect(failed).toHaveLength(1);
  expect(failed[0]?.claim).toMatch(claim);
});

test("nothing printed proves nothing", () => {
  expect(insideProofs("", 1000).every((proof) => !proof.holds)).toBe(true);
});
