import { describe, expect, test } from "vitest";
import { conversionOfWords } from "./converter-words.ts";

describe("the words of a converter", () => {
  test("may be none: then everything belongs to root and nothing sets an id", () => {
    expect(conversionOfWords([])).toEqual({
      ...{ compression: "zstd", level: 3, blockSize: 131072, fixPermissions: true, owners: "squash", shared: true },
    });
  });

  test("are read as mksquashfs reads them", () => {
    const words = "-comp gzip -Xcompression-level 9 -b 1M -no-xattrs -processors 4 -all-root".split(" ");
    expect(conversionOfWords(words)).toMatchObject({
      ...{ compression: "gzip", level: 9, blockSize: 1048576, xattrs: "drop" },
    });
  });

  test("the last one counts", () => {
    expect(conversionOfWords(["-no-xattrs", "-xattrs"]).xattrs).toBeUndefined();
  });

  test.each([
    [["-info"], "E_CONVERTER_WORD"],
    [["-e", "tmp"], "E_CONVERTER_WORD"],
    [["-comp"], "E_CONVERTER_VALUE"],
    [["-comp", "brotli"], "E_CONVERTER_VALUE"],
    [["-b", "3000"], "E_CONVERTER_VALUE"],
    [["-b", "x"], "E_CONVERTER_VALUE"],
    [["-comp", "xz", "-Xcompression-level", "3"], "E_CONVERTER_VALUE"],
  ])("%j are refused", (words, code) => {
    expect(() => conversionOfWords(words)).toThrow(expect.objectContaining({ code }));
  });
});
