import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { digestOf } from "../../base/digest.ts";
import { PartialFile } from "./partial-file.ts";

test("a record that cannot be put in its place is no reason to break off", async () => {
  const dir = await mkdtemp(join(tmpdir(), "berth-partial-"));
  const path = join(dir, "blob");
  // In the place of the record there is a folder.
  await mkdir(`${path}.ranges/kept`, { recursive: true });
  const content = Buffer.from("some bytes");
  const partial = await PartialFile.open(path, { digest: digestOf(content), size: content.length });
  await partial.write(0, [content]);
  await partial.save();
  expect(await readFile(path)).toEqual(content);
  await partial.close();
  await rm(dir, { recursive: true });
});
