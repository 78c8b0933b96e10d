import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findImage, type RootfsContext } from "./rootfs.ts";

test.each([
  ["nothing", join(tmpdir(), "berth-nothing-there.sif")],
  ["something below a file", join(import.meta.filename, "image.sif")],
  ["a name that no file can have", `/${"a".repeat(5000)}`],
])("an image that is %s is missing", async (_, path) => {
  await expect(findImage(path, {} as RootfsContext)).rejects.toMatchObject({ code: "E_IMAGE_MISSING" });
});
