import { expect, test } from "vitest";
import { squashfsWishes } from "./build-squashfs.ts";

test.each([
  ["-comp lz4", { compression: "lz4", ignored: [] }],
  ["-comp gzip -Xcompression-level 6 -b 1M", { compression: "gzip", level: "6", "block-size": "1M", ignored: [] }],
  ["-no-progress -processors 4  -comp xz", { compression: "xz", ignored: ["-no-progress", "-processors"] }],
  ["-comp", { ignored: ["-comp"] }],
])("the words %s of mksquashfs are understood as far as they matter", (text, wishes) => {
  expect(squashfsWishes(text)).toEqual(wishes);
});
