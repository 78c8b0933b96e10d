import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import fc from "fast-check";
import { pack } from "tar-stream";
import { beforeAll, describe, expect, test } from "vitest";
import { streamBytes } from "./byte-source.ts";
import { type TarMember, tarMembers } from "./tar-members.ts";

async function walk(bytes: Buffer, piece = 1000): Promise<{ member: TarMember; text: string }[]> {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += piece) pieces.push(bytes.subarray(at, at + piece));
  const found: { member: TarMember; text: string }[] = [];
  for await (const { member, content } of tarMembers(streamBytes(Readable.from(pieces)), "a.tar"))
    found.push({ member, text: (await buffer(content())).toString() });
  return found;
}

let tar: Buffer;
const LONG = `${"folder/".repeat(30)}file`;
beforeAll(async () => {
  const archive = pack();
  archive.entry({ name: "blobs/sha256/a" }, "first");
  archive.entry({ name: "./empty" }, "");
  archive.entry({ name: LONG }, "long name");
  archive.entry({ name: "with space", pax: { path: "ünïcode", comment: "x" } }, "x".repeat(1500));
  archive.entry({ name: "dir", type: "directory" });
  archive.entry({ name: "d/layer.tar", type: "symlink", linkname: "../blobs/sha256/a" });
  archive.entry({ name: "d/hard", type: "link", linkname: "blobs/sha256/a" });
  archive.finalize();
  tar = await buffer(archive);
});

describe("the members of an archive", () => {
  test("are named, sized and read, however the bytes arrive", async () => {
    for (const piece of [1, 511, 512, 100_000]) {
      const found = await walk(tar, piece);
      expect(found.map(({ member }) => member.name)).toEqual([
        "blobs/sha256/a",
        "empty",
        LONG,
        "ünïcode",
        "dir",
        "d/layer.tar",
        "d/hard",
      ]);
      expect(found.map(({ text }) => text.length)).toEqual([5, 0, 9, 1500, 0, 0, 0]);
      expect(found.map(({ member }) => member.target)).toEqual([
        ...Array(5).fill(undefined),
        "blobs/sha256/a",
        "blobs/sha256/a",
      ]);
    }
  });

  test("need not be read to get to the next", async () => {
    const names: string[] = [];
    for await (const { member } of tarMembers(streamBytes(Readable.from([tar])), "a.tar")) names.push(member.name);
    expect(names).toHaveLength(7);
  });

  test("an archive cut anywhere ends cleanly or in a failure of berth's own", async () => {
    for (let length = 0; length < tar.length - 1024; length += 97) {
      const outcome = await walk(tar.subarray(0, length)).then(
        (found) => found.length < 7,
        (error) => error.name === "BerthError",
      );
      expect([length, outcome]).toEqual([length, true]);
    }
  });

  test("changed bytes never make the reader fail in another way", async () => {
    const changes = fc.array(fc.tuple(fc.nat(tar.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(changes, async (list) => {
        const bytes = Buffer.from(tar);
        for (const [at, value] of list) bytes[at] = value;
        await walk(withChecksums(bytes)).catch((error) => expect(error).toMatchObject({ name: "BerthError" }));
      }),
      { seed: 5, numRuns: 300 },
    );
  });
});

// Lets changes of headers get past the checksum, as somebody who means harm would.
function withChecksums(bytes: Buffer): Buffer {
  for (let block = 0; block + 512 <= bytes.length; block += 512) {
    if (bytes.toString("latin1", block + 257, block + 262) !== "ustar") continue;
    bytes.fill(0x20, block + 148, block + 156);
    const sum = bytes.subarray(block, block + 512).reduce((total, byte) => total + byte, 0);
    bytes.write(`${sum.toString(8).padStart(6, "0")}\0 `, block + 148, "latin1");
  }
  return bytes;
}
