import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type MetaFacts, writeMeta } from "./meta.ts";
import { readIds, readMeta, readWords } from "./meta-reader.ts";

const PLAIN: MetaFacts = {
  format: "squashfs",
  env: ["A=B", "PATH=/bin:/usr/bin"],
  entry: ["/bin/echo", "hi"],
  cmd: ["there"],
  workdir: "/data",
  acl: { private: false, users: [], groups: [] },
};
const LISTS = { private: true, users: [1000, 1001], groups: [100] };
const write = (facts: Partial<MetaFacts>, aclInMeta = true) => writeMeta({ ...PLAIN, ...facts }, { aclInMeta });

describe("the file", () => {
  test("has the keys in the order and form that Shifter writes", () => {
    expect(write({})).toBe(
      "FORMAT: squashfs\nENTRY: ['/bin/echo', 'hi']\nCMD: ['there']\nWORKDIR: /data\nENV: A=B\nENV: PATH=/bin:/usr/bin\n",
    );
  });

  test("leaves out what is empty", () => {
    expect(write({ env: [], entry: null, cmd: [], workdir: "" })).toBe("FORMAT: squashfs\n");
  });

  test("has the lists of a private image, without brackets", () => {
    expect(write({ env: [], acl: LISTS })).toContain("WORKDIR: /data\nUSERACL: 1000,1001\nGROUPACL: 100\n");
  });

  test("has no lists when the image is public, or the site does not want them", () => {
    expect(write({ acl: { ...LISTS, private: false } })).not.toContain("ACL");
    expect(write({ acl: LISTS }, false)).not.toContain("ACL");
  });

  test("never has more ids than the runtime bears", () => {
    const users = Array.from({ length: 3000 }, (_, at) => at + 1);
    expect(readMeta(write({ acl: { private: true, users, groups: [] } }))?.users).toEqual(users.slice(0, 1000));
  });
});

describe("what the reader's form cannot say", () => {
  test("is left out: a variable that would swallow the next line, or forge one", () => {
    const env = ["A=x\\", "B=x\\  ", "C=x\nUSERACL: 1", "D=\nFORMAT: ext4", "OK=1"];
    expect(readMeta(write({ env }))?.env).toEqual(["OK=1"]);
  });

  test("leaves out command and arguments together, since one without the other is another command", () => {
    const read = readMeta(write({ entry: ["sh", "-c", "echo it's"], cmd: ["a"] }));
    expect(read).toMatchObject({ entry: [], cmd: [] });
    expect(readMeta(write({ cmd: ["it's"] }))).toMatchObject({ entry: [], cmd: [] });
  });
});

const nasty = fc.string({
  unit: fc.constantFrom("a", "=", ":", "'", '"', "\\", "\n", "\r", " ", "#", "[", "]", ",", "é"),
});
const words = fc.option(fc.array(nasty, { maxLength: 4 }));

test("whatever an image says, the runtime reads the same or nothing, and no line is forged", () => {
  const facts = fc.record({
    env: fc.array(nasty, { maxLength: 6 }),
    entry: words,
    cmd: words,
    workdir: fc.option(nasty),
    isPrivate: fc.boolean(),
    users: fc.array(fc.nat(), { maxLength: 3 }),
  });
  fc.assert(
    fc.property(facts, ({ env, entry, cmd, workdir, isPrivate, users }) => {
      const acl = { private: isPrivate, users, groups: [] };
      const read = readMeta(write({ env, entry, cmd, workdir, acl }));
      expect(read).toBeDefined();
      expect(read?.format).toBe("squashfs");
      expect(read?.unknown).toEqual([]);
      expect(read?.users).toEqual(isPrivate ? users : []);
      expect([[], entry ?? []]).toContainEqual(read?.entry);
      expect([[], cmd ?? []]).toContainEqual(read?.cmd);
      expect([undefined, workdir?.trim()]).toContain(read?.workdir);
      const trimmed = env.map((one) => one.trim());
      expect(trimmed.filter((one) => read?.env.includes(one)).length).toBeGreaterThanOrEqual(read?.env.length ?? 0);
      if (read?.cmd.length) expect(read.entry).toEqual(entry ?? []);
    }),
    { numRuns: 2000, seed: 1 },
  );
});

describe("the reader", () => {
  test("reads lists of ids as the runtime does", () => {
    const lists = [
      "",
      "1000",
      "1000,5000,",
      ",1000,5000",
      "1000,,5000",
      " 1000 ,   ,5000, 10000\n",
      "1000,123temp,2000",
    ];
    expect(lists.map(readIds)).toEqual([
      [],
      [1000],
      [1000, 5000],
      [1000, 5000],
      [1000, 5000],
      [1000, 5000, 10000],
      [1000, 2000],
    ]);
  });

  test("reads lists of words as the runtime does", () => {
    expect(readWords("[u'how', u'now', u'brown', u'cow']")).toEqual(["how", "now", "brown", "cow"]);
    expect(readWords("[u'missing quote]")).toBeUndefined();
    expect(readWords("[u'missing bracket'")).toBeUndefined();
    expect(readWords(`["it's"]`)).toEqual([`["it's"]`]);
  });

  test("joins continued lines, passes over comments in them, and trims", () => {
    expect(readMeta("FORMAT: abcdefg   \\\n#no: comment\n   qed \\\n   feg\n")?.format).toBe("abcdefg qed feg");
    expect(readMeta("first line\nENV:  \t A=1  \nUSER: x\n")).toMatchObject({ env: ["A=1"], unknown: ["USER"] });
    expect(readMeta(": x\n")).toBeUndefined();
  });
});
