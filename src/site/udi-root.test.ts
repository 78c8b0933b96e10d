// spec/shifter.md 10.1, the cases of the file's syntax, and 6.1.

import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { allWords, lastValue, parseUdiRoot, readUdiRoot } from "./udi-root.ts";

const pairs = (text: string) => parseUdiRoot(text, "f").entries.map(({ key, value }) => [key, value]);

describe("udiRoot.conf", () => {
  test.each([
    ["first= abcdefg   \n", [["first", "abcdefg"]]],
    ["a=abcdefg   \\\n   qed \\\n   feg\n", [["a", "abcdefg qed feg"]]],
    ["a=1 \\\n# a remark\n 2\n", [["a", "1 2"]]],
    [
      "# a=1\n #a=1\nno line\n\na=b=c\n",
      [
        ["#a", "1"],
        ["a", "b=c"],
      ],
    ],
    [
      "a=\nb = \t\n",
      [
        ["a", ""],
        ["b", ""],
      ],
    ],
    ["a=1\\", [["a", "1"]]],
    ["a=1", [["a", "1"]]],
    [
      "a=1\r\nb=2\r\n",
      [
        ["a", "1"],
        ["b", "2"],
      ],
    ],
  ])("%j is read as %j", (text, expected) => {
    expect(pairs(text)).toEqual(expected);
  });

  test("refuses a line without a key", () => {
    expect(() => parseUdiRoot("a=1\n = x\n", "f")).toThrow("f line 2 has no key before =");
  });

  test("counts the last of repeated scalars and all of repeated lists", () => {
    const root = parseUdiRoot("system=a\nimageGateway=http://a http://b\nsystem=b\nimageGateway=http://c\n", "f");
    expect(lastValue(root, "system")).toBe("b");
    expect(allWords(root, "imageGateway")).toEqual(["http://a", "http://b", "http://c"]);
  });

  test("is believed only when root alone can change it, unless the caller chose it", async () => {
    const folder = await mkdtemp(join(tmpdir(), "udi-root-"));
    const path = join(folder, "udiRoot.conf");
    await writeFile(path, "system=a\n");
    await chmod(path, 0o664);
    await expect(readUdiRoot(path)).rejects.toThrow("may be changed by others than root");
    expect(lastValue(await readUdiRoot(path, { trusted: true }), "system")).toBe("a");
    await rm(folder, { recursive: true });
    await expect(readUdiRoot(path)).rejects.toThrow(/cannot read/);
  });
});
