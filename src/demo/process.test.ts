import { expect, test } from "vitest";
import { output, run } from "./process.ts";

const signal = AbortSignal.timeout(20_000);

test("status, both outputs, and lines as they come are told", async () => {
  const lines: string[] = [];
  const ran = await run(["sh", "-c", "echo out; echo one >&2; echo two >&2; exit 3"], {
    signal,
    onLine: (line) => lines.push(line),
  });
  expect(ran).toEqual({ status: 3, stdout: "out\n", stderr: "one\ntwo\n" });
  expect(lines).toEqual(["one", "two"]);
});

test("death by a signal is 128 and its number", async () => {
  expect((await run(["sh", "-c", "kill -TERM $$"], { signal })).status).toBe(143);
});

test("giving up ends the whole group before it is told", async () => {
  const controller = new AbortController();
  let child = 0;
  const ran = run(["sh", "-c", "sleep 60 & echo $! >&2; wait"], {
    signal: controller.signal,
    onLine: (line) => {
      child = Number(line);
      controller.abort(new Error("enough"));
    },
  });
  await expect(ran).rejects.toThrow("enough");
  expect(child).toBeGreaterThan(0);
  expect(await output("sh", ["-c", `test -e /proc/${child}/exe && echo alive`], signal)).toBe("");
});

test("a program that is missing has no output", async () => {
  expect(await output("no-such-program", [], signal)).toBe("");
});
