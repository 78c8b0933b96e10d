import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { programOutput } from "./program-output.ts";

const at = { source: { name: "a.def", text: "Bootstrap: debootstrap\n" }, range: { start: 0, end: 9 }, title: "t" };
const sh = (script: string, signal = new AbortController().signal) =>
  programOutput(["/bin/sh", "-c", script], { at, signal, environment: process.env, say: () => {} });

describe("the output of a bootstrap program", () => {
  test("is its standard output", async () => {
    expect(await text(await sh("echo one; echo two >&2"))).toBe("one\n");
  });

  test("stands beside what the program says", async () => {
    const lines: string[] = [];
    const options = { at, signal: new AbortController().signal, environment: process.env };
    const say = (line: string) => void lines.push(line);
    await text(await programOutput(["/bin/sh", "-c", "echo one >&2; echo out; echo two >&2"], { ...options, say }));
    expect(lines).toEqual(["one", "two"]);
  });

  test("ends in an error with the last words and the recipe's line when the program fails", async () => {
    const failing = sh("echo half; echo 'E: no such suite' >&2; exit 5").then(text);
    await expect(failing).rejects.toThrow(/^sh ended with status 5:\nE: no such suite\n> 1 \| Bootstrap/);
  });

  test("ends in an error when there is no such program", async () => {
    const missing = programOutput(["/nonexistent/tool"], {
      at,
      signal: new AbortController().signal,
      environment: {},
      say: () => {},
    });
    await expect(missing.then(text)).rejects.toThrow("ENOENT");
  });

  test("stops with the build", async () => {
    const stop = new AbortController();
    const output = await sh("echo begun; exec sleep 60", stop.signal);
    output.once("data", () => stop.abort());
    await expect(text(output)).rejects.toThrow();
  });
});
