// Texts mended and put in the place of files.

import { spawnSync } from "node:child_process";
import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SourceText } from "../../base/source.ts";
import { lintQuietly } from "../../policy/ignores/lint-quietly.ts";
import { GENERIC } from "../../policy/profiles/generic.ts";
import { PROFILES } from "../../policy/profiles/profiles.ts";
import type { Finding } from "../../policy/types.ts";
import { unifiedDiff } from "./diff.ts";
import { fixText } from "./fix-text.ts";
import { replaceFile } from "./replace-file.ts";

let work: string;
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), "berth-fix-"));
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

// Replaces words; `safe` says of which.
function replacing(words: Readonly<Record<string, string>>, safe = true) {
  return (source: SourceText): readonly Finding[] =>
    Object.entries(words).flatMap(([from, to]) =>
      [...source.text.matchAll(new RegExp(from, "g"))].map(({ index }) => {
        const range = { start: index, end: index + from.length };
        const fix = { title: `write ${to}`, safe, edits: [{ range, text: to }] };
        return {
          rule: "T1",
          severity: "info",
          message: "m",
          pointer: "",
          certainty: "certain",
          place: { source, range },
          fix,
        };
      }),
    );
}

describe("a text", () => {
  test("is mended in rounds, until nothing is left", () => {
    const fixed = fixText({ name: "x", text: "a a" }, { unsafe: false, findingsOf: replacing({ a: "bb", bb: "c" }) });
    expect(fixed.text).toBe("c c");
    expect(fixed.applied).toHaveLength(4);
  });

  test("is left alone by fixes that are not safe, unless they are asked for", () => {
    const findingsOf = replacing({ a: "b" }, false);
    expect(fixText({ name: "x", text: "a" }, { unsafe: false, findingsOf }).text).toBe("a");
    expect(fixText({ name: "x", text: "a" }, { unsafe: true, findingsOf }).text).toBe("b");
  });

  test("does not go on for ever when fixes undo each other", () => {
    expect(fixText({ name: "x", text: "a" }, { unsafe: false, findingsOf: replacing({ a: "b", b: "a" }) }).text).toBe(
      "b",
    );
  });

  test("keeps its line ends", () => {
    const findingsOf = replacing({ a: "x\ny" });
    expect(fixText({ name: "x", text: "a\r\nb\r\n" }, { unsafe: false, findingsOf }).text).toBe("x\r\ny\r\nb\r\n");
  });

  test("that was mended is not mended again, and has no more problems than before", () => {
    const piece = fc.constantFrom(
      ...[
        "FROM debian:13.1",
        "FROM ubuntu",
        "RUN apt-get update",
        "RUN apt-get install -y curl vim",
        "WORKDIR app",
        "USER root",
      ],
      ...[
        "RUN sudo apt install -y git && cd /tmp",
        "ADD a /b",
        "ENV A b",
        "MAINTAINER me",
        "CMD run it",
        "RUN pip install numpy",
      ],
      ...[
        "RUN yum install -y gcc",
        "# policy ignore=PKG010",
        "COPY . /app",
        "RUN apk add curl",
        "EXPOSE 22",
        "RUN wget http://x/y",
      ],
    );
    const texts = fc.array(piece, { maxLength: 8 }).map((lines) => `${["FROM debian:13.1", ...lines].join("\n")}\n`);
    fc.assert(
      fc.property(texts, fc.boolean(), fc.constantFrom(...PROFILES.values()), (text, unsafe, policy) => {
        const findingsOf = (source: SourceText) => lintQuietly(source, { policy, kind: "dockerfile" }).findings;
        const once = fixText({ name: "Dockerfile", text }, { unsafe, findingsOf });
        const twice = fixText({ name: "Dockerfile", text: once.text }, { unsafe, findingsOf });
        expect(twice.text).toBe(once.text);
      }),
      { numRuns: 60, seed: 7 },
    );
  });
});

describe("a file", () => {
  const replaced = async (name: string, text: string) => {
    const path = join(work, name);
    await replaceFile({ name: path, text: readFileSync(path, "utf8") }, text);
    return path;
  };

  test("keeps its mode, and leaves nothing beside it", async () => {
    writeFileSync(join(work, "a"), "one");
    chmodSync(join(work, "a"), 0o755);
    const path = await replaced("a", "two");
    expect(readFileSync(path, "utf8")).toBe("two");
    expect(statSync(path).mode & 0o777).toBe(0o755);
    expect(readdirSync(work).filter((name) => name.startsWith("."))).toEqual([]);
  });

  test("that is a link stays one", async () => {
    writeFileSync(join(work, "real"), "one");
    symlinkSync("real", join(work, "link"));
    await replaced("link", "two");
    expect(lstatSync(join(work, "link")).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(work, "real"), "utf8")).toBe("two");
  });

  test("that somebody changed meanwhile, or that is not UTF-8, is not touched", async () => {
    const path = join(work, "b");
    writeFileSync(path, "newer");
    await expect(replaceFile({ name: path, text: "older" }, "x")).rejects.toMatchObject({ code: "E_LINT_WRITE" });
    writeFileSync(path, Buffer.from([0x41, 0xff]));
    await expect(replaced("b", "x")).rejects.toThrow("not UTF-8");
    expect([...readFileSync(path)]).toEqual([0x41, 0xff]);
  });
});

const patch = spawnSync("patch", ["--version"]).status === 0;

test.skipIf(!patch)("a diff is one that patch takes (needs patch)", () => {
  const line = fc.constantFrom("a", "b", "c", "", "d e", "-- x", "++ y");
  const text = fc
    .tuple(fc.array(line, { maxLength: 12 }), fc.boolean())
    .map(([lines, end]) => lines.join("\n") + (end ? "\n" : ""));
  fc.assert(
    fc.property(text, text, (before, after) => {
      const diff = unifiedDiff("f", before, after);
      expect(diff === "").toBe(before === after);
      if (diff === "") return;
      writeFileSync(join(work, "f"), before);
      const ran = spawnSync("patch", ["-p1", "-s"], { cwd: work, input: diff, encoding: "utf8" });
      expect(ran.stdout + ran.stderr).toBe("");
      // It removes a file that becomes empty.
      const result = readdirSync(work).includes("f") ? readFileSync(join(work, "f"), "utf8") : "";
      expect(result).toBe(after);
    }),
    { numRuns: 60, seed: 3 },
  );
});

test("fixes of the shipped practices mend what they are told to", () => {
  const text = "FROM debian:13.1\nRUN sudo true\n";
  const findingsOf = (source: SourceText) => lintQuietly(source, { policy: GENERIC }).findings;
  expect(fixText({ name: "Dockerfile", text }, { unsafe: false, findingsOf }).text).toContain("RUN true");
});
