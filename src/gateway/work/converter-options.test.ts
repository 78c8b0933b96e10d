import { describe, expect, test } from "vitest";
import { imageRecipe } from "./converter-options.ts";

describe("converter options", () => {
  test("are -no-xattrs for squashfs when the site says nothing, and everything belongs to root", () => {
    expect(imageRecipe("squashfs", undefined).conversion).toEqual({
      ...{ compression: "zstd", level: 3, blockSize: 131072, fixPermissions: true },
      ...{ owners: "squash", shared: true, xattrs: "drop" },
    });
  });

  test("replace the default, so that an empty list keeps attributes", () => {
    expect(imageRecipe("squashfs", []).conversion.xattrs).toBeUndefined();
  });

  test("are read as mksquashfs reads them", () => {
    const words = "-comp gzip -Xcompression-level 9 -b 1M -no-xattrs -processors 4".split(" ");
    const { conversion } = imageRecipe("squashfs", words);
    expect(conversion).toMatchObject({ compression: "gzip", level: 9, blockSize: 1048576, xattrs: "drop" });
  });

  test.each([
    [["-info"], "E_WORK_OPTION"],
    [["-e", "tmp"], "E_WORK_OPTION"],
    [["-comp"], "E_WORK_OPTION_VALUE"],
    [["-comp", "brotli"], "E_WORK_OPTION_VALUE"],
    [["-b", "3000"], "E_WORK_OPTION_VALUE"],
    [["-b", "x"], "E_WORK_OPTION_VALUE"],
    [["-comp", "xz", "-Xcompression-level", "3"], "E_WORK_OPTION_VALUE"],
  ])("%j are refused", (words, code) => {
    expect(() => imageRecipe("squashfs", words)).toThrow(expect.objectContaining({ code }));
  });

  test("are refused for formats that have none", () => {
    expect(() => imageRecipe("ext4", ["-O", "^has_journal"])).toThrow(
      expect.objectContaining({ code: "E_WORK_OPTION" }),
    );
  });
});
