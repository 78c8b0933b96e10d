import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { environmentScript } from "./environment.ts";
import { shellQuote } from "./quote.ts";

const value = fc
  .array(fc.constantFrom("a", " ", "'", '"', "$", "`", "\\", "\n", "\r", "\r\n", "$(id)", "!", "*", "é", "\t", "#"))
  .map((parts) => parts.join(""));

function shells(): string[] {
  return ["dash", "bash", "busybox"].filter((shell) => spawnSync(shell, ["--help"]).error === undefined);
}

describe.each(shells())("in %s", (shell) => {
  const args = shell === "busybox" ? ["sh", "-c"] : ["-c"];

  test("a quoted word arrives byte for byte", () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 40 }), (words) => {
        const script = `printf '%s\\0' ${words.map(shellQuote).join(" ")}`;
        const { stdout } = spawnSync(shell, [...args, script]);
        expect(stdout.toString("utf8")).toBe(words.map((word) => `${word}\0`).join(""));
      }),
      { numRuns: 25, seed: 1 },
    );
  });

  test("variables with every odd character reach the program's environment", () => {
    const env = [
      "A=it's",
      'B=a "b"',
      "C=$HOME and $USER",
      "D=a\\b",
      "E=`id`",
      "F=one\ntwo",
      "G=\r\n\\\n",
      "H=",
      "UID=7",
    ];
    const script = `${environmentScript([...env, "not-a-name=1", "I"])}exec env -0`;
    const { stdout, status } = spawnSync(shell, [...args, script], { env: { PATH: process.env["PATH"] ?? "" } });
    const got = stdout.toString("utf8").split("\0");
    expect(status).toBe(0);
    expect(got).toEqual(expect.arrayContaining([...env.slice(0, -1), "I="]));
    expect(got.some((line) => line.startsWith("not-a-name"))).toBe(false);
  });
});

test("the pairs that the interpreter inside Apptainer alters never stand in the script", () => {
  fc.assert(
    fc.property(value, (text) => {
      const quoted = shellQuote(text);
      expect(quoted).not.toContain("\r");
      expect(quoted).not.toContain("\\\n");
    }),
    { seed: 2 },
  );
});

test("a quote stands in the other kind of quotes, never behind a backslash", () => {
  expect(shellQuote("it's")).toBe(`'it'"'"'s'`);
  expect(shellQuote("")).toBe("''");
});
