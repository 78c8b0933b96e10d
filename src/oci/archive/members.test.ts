import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pack } from "tar-stream";
import { expect, test } from "vitest";
import { silent } from "../../base/log.ts";
import { contentStore } from "../store/content-store.ts";
import { streamedMembers } from "./members.ts";

test("a stream that goes on behind its archive, or is none, is not left open", async () => {
  const dir = await mkdtemp(join(tmpdir(), "berth-members-"));
  const store = contentStore(dir, { log: silent });
  const archive = pack();
  archive.entry({ name: "a" }, "first");
  archive.finalize();
  const tar = await buffer(archive);
  const longer = Readable.from([tar, ...Array.from({ length: 64 }, () => Buffer.alloc(65_536, 1))]);
  const members = await streamedMembers(longer, "a.tar", store, {});
  expect((await members.document("a")).toString()).toBe("first");
  expect(longer.destroyed).toBe(true);
  const rubbish = Readable.from(Array.from({ length: 64 }, () => Buffer.alloc(65_536, 1)));
  await expect(streamedMembers(rubbish, "a.tar", store, {})).rejects.toMatchObject({ code: "E_ARCHIVE_FORM" });
  expect(rubbish.destroyed).toBe(true);
  await rm(dir, { recursive: true });
});
