import { expect, test } from "vitest";
import { readFrame, resized, typed } from "./frames.ts";

const frame = (kind: number, text: string) => new Uint8Array([kind, ...new TextEncoder().encode(text)]).buffer;

test("what is typed goes as standard input", () => {
  expect([...typed("é")]).toEqual([0, 0xc3, 0xa9]);
});

test("a new size goes as control", () => {
  const bytes = resized(80, 24);
  expect(bytes[0]).toBe(3);
  expect(JSON.parse(new TextDecoder().decode(bytes.subarray(1)))).toEqual({ resize: { columns: 80, rows: 24 } });
});

test("output and the exit code are told apart, anything else is nothing", () => {
  expect(readFrame(frame(1, "hi"))).toEqual({ output: new Uint8Array([104, 105]) });
  expect(readFrame(frame(3, '{"exit":137}'))).toEqual({ exit: 137 });
  expect(readFrame(frame(3, "nonsense"))).toBeUndefined();
  expect(readFrame(frame(9, "x"))).toBeUndefined();
});
