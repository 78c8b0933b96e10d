import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BsonError, readBson } from "./bson.ts";
import { plainValue } from "./extended-json.ts";
import { readShifterDocument } from "./shifter-record.ts";
import { writeBson } from "./testing.ts";

const key = fc.stringMatching(/^[A-Za-z_$ü]{1,6}$/);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.oneof(fc.string(), fc.integer(), fc.double({ noNaN: true }), fc.boolean(), fc.constant(null)),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(key, tie("value"), { maxKeys: 3 }),
  ),
}));
const document = fc.dictionary(key, value, { maxKeys: 5 });

describe("BSON", () => {
  test("is read as it was written", () => {
    fc.assert(
      fc.property(document, (written) => {
        // A text with NUL cannot be a name, but it can be a value.
        expect(JSON.stringify(readBson(writeBson(written)))).toBe(JSON.stringify(written));
      }),
      { numRuns: 500, seed: 4 },
    );
  });

  test("that is cut off or changed is refused, or read as something else, but never worse", () => {
    fc.assert(
      fc.property(document, fc.nat(), fc.nat(255), (written, at, byte) => {
        const bytes = writeBson(written);
        expect(() => readBson(bytes.subarray(0, at % bytes.length))).toThrow(BsonError);
        const changed = Buffer.from(bytes);
        changed[at % bytes.length] = byte;
        try {
          readBson(changed);
        } catch (error) {
          expect(error).toBeInstanceOf(BsonError);
        }
      }),
      { numRuns: 1000, seed: 4 },
    );
  });

  test("has object ids as hex, times as seconds, and long numbers as numbers", () => {
    const id = Buffer.from("0102030405060708090a0b0c", "hex");
    expect(readBson(writeBson({ _id: id, at: new Date(1500), n: 2n ** 40n }))).toEqual({
      _id: "0102030405060708090a0b0c",
      at: 1.5,
      n: 2 ** 40,
    });
  });

  test("nested without end is refused", () => {
    let deep: Record<string, unknown> = {};
    for (let i = 0; i < 100; i++) deep = { a: deep };
    expect(() => readBson(writeBson(deep))).toThrow("nested too deep");
  });
});

describe("extended JSON", () => {
  test.each([
    [{ $oid: "ab" }, "ab"],
    [{ $numberLong: "5" }, 5],
    [{ $numberInt: "-5" }, -5],
    [{ $numberDouble: "1.5" }, 1.5],
    [{ $date: "1970-01-01T00:00:01.500Z" }, 1.5],
    [{ $date: 1500 }, 1.5],
    [{ $date: { $numberLong: "1500" } }, 1.5],
    [{ a: [{ $numberInt: "1" }] }, { a: [1] }],
    [{ $unknown: 1 }, { $unknown: 1 }],
  ])("%j is %j", (written, expected) => {
    expect(plainValue(written)).toEqual(expected);
  });
});

describe("a record of Shifter's", () => {
  const ID = "ab".repeat(32);
  const READY = {
    status: "READY",
    system: "s",
    id: ID,
    itype: "docker",
    tag: ["a:1"],
    format: "squashfs",
    last_pull: 5.5,
  };

  test("is read with all its fields", () => {
    const more = {
      private: true,
      userACL: [1, 1, "2"],
      groupACL: null,
      ENV: ["A=B", ""],
      ENTRY: "/run",
      expiration: 9,
    };
    const read = readShifterDocument({ ...READY, ...more, WORKDIR: "/w", LABELS: { a: "b", c: 1 } });
    expect(read).toEqual({
      kind: "image",
      image: {
        ...{ system: "s", id: ID, itype: "docker", tags: ["a:1"], format: "squashfs" },
        ...{ private: true, users: [1, 2], groups: [], env: ["A=B"], entry: ["/run"], workdir: "/w" },
        ...{ labels: { a: "b" }, arch: "amd64", os: "linux", lastPull: 5.5, expires: 9, importedFrom: undefined },
      },
    });
  });

  test("of an old version has one tag", () => {
    expect(readShifterDocument({ ...READY, tag: "a:1", ENTRY: "MISSING" })).toMatchObject({
      image: { tags: ["a:1"], entry: null },
    });
  });

  test.each([
    [{ status: "FAILURE" }, "its status is FAILURE"],
    [{ id: "../etc/passwd" }, "its id is no name of a file"],
    [{ id: null }, "its id is no name of a file"],
    [{ system: 5 }, "it names no system"],
    [{ format: "cramfs" }, "its format is cramfs"],
  ])("with %j is left out: %s", (change, why) => {
    expect(readShifterDocument({ ...READY, ...change })).toEqual({ kind: "nothing", why });
  });
});
