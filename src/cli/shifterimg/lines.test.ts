// spec/shifter.md 9: the columns, to the byte.

import { describe, expect, test } from "vitest";
import { readArguments } from "./arguments.ts";
import { readImageArgument } from "./image-argument.ts";
import { imageLines, isWorking, localTime, messageLine, pullLine, readWireImage, readWireList } from "./lines.ts";
import { formatLogins, parseLogins } from "./login-file.ts";

const TIME = new Date(2024, 1, 3, 4, 5, 6).getTime() / 1000;

const image = (change: Readonly<Record<string, unknown>> = {}) => ({
  id: "0123456789abcdef",
  system: "mycluster",
  itype: "docker",
  tag: ["b:1", "a:1"],
  status: "READY",
  last_pull: TIME + 0.75,
  ...change,
});

describe("images", () => {
  test("are a line for each tag, sorted by it, in fixed columns", () => {
    const lines = imageLines(readWireList({ list: [image(), image({ tag: ["Z:1"], id: "ab", status: "FAILURE" })] }));
    expect(lines).toEqual([
      "mycluster  docker     FAILURE  ab   2024-02-03T04:05:06 Z:1                           \n",
      "mycluster  docker     READY    0123456789   2024-02-03T04:05:06 a:1                           \n",
      "mycluster  docker     READY    0123456789   2024-02-03T04:05:06 b:1                           \n",
    ]);
  });

  test("longer than their columns push the others on", () => {
    const [line] = imageLines(readWireList({ data: [image({ system: "a-long-system", tag: "x".repeat(31) })] }));
    expect(line).toBe(`a-long-system docker     READY    0123456789   2024-02-03T04:05:06 ${"x".repeat(31)}\n`);
  });

  test("can be chosen by a part of the tag", () => {
    expect(imageLines(readWireList({ list: [image()] }), "b:")).toHaveLength(1);
  });

  test.each([[undefined], [null], [{}], [{ list: 3 }], [{ list: [1, null, "x"] }], [[]]])(
    "are none in %j",
    (answer) => {
      expect(imageLines(readWireList(answer))).toEqual([]);
    },
  );
});

describe("a pull", () => {
  test("is shown on one line that replaces the one before", () => {
    expect(pullLine(TIME, "docker", "a:1", "PULLING", false)).toBe(
      "\r\x1b[2K2024-02-03T04:05:06 Pulling Image: docker:a:1, status: PULLING",
    );
  });

  test("is shown on lines of its own with -v", () => {
    expect(pullLine(TIME, "docker", "a:1", "READY", true)).toBe(
      "2024-02-03T04:05:06 Pulling Image: docker:a:1, status: READY\n",
    );
  });

  test.each([
    ["MISSING", true],
    ["INIT", true],
    ["TRANSFER", true],
    ["READY", false],
    ["FAILURE", false],
    ["EXPIRED", false],
    ["", false],
  ])("in the state %j goes on: %j", (status, goesOn) => {
    expect(isWorking(status)).toBe(goesOn);
  });
});

test("a time is the machine's", () => {
  expect(localTime(TIME + 0.999)).toBe("2024-02-03T04:05:06");
});

test("a record is read whatever is missing in it", () => {
  expect(readWireImage({ id: 3 })).toEqual({
    ...{ id: undefined, system: undefined, itype: undefined, status: undefined, message: undefined },
    tags: [],
    lastPull: 0,
  });
  expect(readWireImage("x")).toBeUndefined();
});

test("an answer is shown field by field, so that scripts find its status", () => {
  expect(messageLine('{"id":"a","status":"READY"}')).toContain('\n    "status": "READY"\n');
  expect(messageLine("no JSON")).toBe("Message: no JSON\n");
});

describe("a name", () => {
  test.each([
    ["docker:ubuntu:14.04", "docker", "docker", "ubuntu:14.04"],
    ["ubuntu:14.04", "docker", "docker", "ubuntu:14.04"],
    ["ubuntu", "custom", "custom", "ubuntu"],
    ["custom:a/b", "docker", "custom", "a/b"],
    ["quay.io/a/b:1.0--3", "docker", "docker", "quay.io/a/b:1.0--3"],
    ["localhost:5000/a", "docker", "docker", "localhost:5000/a"],
    ["docker:a@sha256:00ff", "docker", "docker", "a@sha256:00ff"],
  ])("%s (else %s) is %s %s", (text, fallback, type, tag) => {
    expect(readImageArgument(text, fallback)).toEqual({ type, tag });
  });

  test.each([
    ["invalid", "", "is no type"],
    ["invalid", "invalid", "is no type"],
    ["this is *wrong*", "docker", '" " cannot stand in it'],
    ["a;rm -rf x", "docker", '";" cannot stand in it'],
    ["docker:", "docker", "its tag is empty"],
  ])("%j (else %j) is refused: %s", (text, fallback, why) => {
    expect(() => readImageArgument(text, fallback)).toThrow(why);
  });
});

describe("the command line", () => {
  test("has options before and behind the mode", () => {
    expect(readArguments(["-v", "--user", "a,b", "pull", "docker:x", "--json", "--group=g"])).toEqual({
      mode: "pull",
      operands: ["docker:x"],
      switches: new Set(["verbose", "json"]),
      values: { user: "a,b", group: "g" },
    });
    expect(readArguments(["-h"])).toBe("help");
    expect(readArguments(["--version", "images"])).toBe("version");
  });

  test.each([
    [[], "no mode was given"],
    [["hello"], "there is no mode hello"],
    [["constructor"], "there is no mode constructor"],
    [["--hello"], "unknown option --hello"],
    [["pull"], "pull takes TYPE:TAG"],
    [["pull", "a", "b"], "pull takes TYPE:TAG"],
    [["autoexpire", "x"], "autoexpire takes nothing more"],
    [["pull", "a", "--user"], "--user needs a value"],
    [["-v=1", "images"], "unknown option -v=1"],
  ])("%j is refused: %s", (words, why) => {
    expect(() => readArguments(words)).toThrow(why);
  });
});

describe("the file of logins", () => {
  test("is read and written as Shifter's", () => {
    const text = "a:default=MUNGE:AwQ=:\nb:host:5000=MUNGE:x==:\n";
    const logins = [
      { system: "a", location: "default", credential: "MUNGE:AwQ=:" },
      { system: "b", location: "host:5000", credential: "MUNGE:x==:" },
    ];
    expect(parseLogins(text)).toEqual(logins);
    expect(formatLogins(logins)).toBe(text);
  });

  test("may have lines that mean nothing", () => {
    expect(parseLogins("# remark\n\n = x\nnocolon=x\nrubbish\na:b=c\n")).toEqual([
      { system: "a", location: "b", credential: "c" },
    ]);
  });
});
