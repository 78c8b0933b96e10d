import { Readable } from "node:stream";
import { expect, test } from "vitest";
import type { BackendConnection } from "../backend/connection.ts";
import { DEFAULT_SETTINGS } from "../surroundings.ts";
import { Upload } from "./upload.ts";

test.each([
  [4, 0],
  [3, 1],
])("a body of three bytes that says %d finishes its request %d times", (length, times) => {
  const stream = new Readable({ read: () => undefined });
  const body = { stream, length, trailers: () => [], discard: () => undefined };
  let finished = 0;
  const connection = { write: () => true, finishRequest: () => finished++ } as unknown as BackendConnection;
  new Upload(body, connection, undefined, 0, { onBytes: () => undefined, onTooLarge: () => undefined });
  stream.emit("data", Buffer.alloc(3));
  stream.emit("end");
  expect(finished).toBe(times);
});

test("a body that a slow backend holds up is not thought slow itself", () => {
  const stream = new Readable({ read: () => undefined });
  const body = { stream, length: undefined, trailers: () => [], discard: () => undefined };
  let room = false;
  // What is not there is not used.
  const connection = { writeChunk: () => room } as unknown as BackendConnection;
  const start = Date.now();
  const events = { onBytes: () => undefined, onTooLarge: () => undefined };
  const upload = new Upload(body, connection, undefined, start, events);
  stream.emit("data", Buffer.alloc(1000));
  const hour = 3_600_000;
  for (let passed = 0; passed <= hour; passed += 60_000)
    expect(upload.stalled(start + passed, DEFAULT_SETTINGS)).toBe(false);
  room = true;
  upload.resume();
  expect(upload.stalled(start + hour + 250, DEFAULT_SETTINGS)).toBe(false);
  expect(upload.stalled(start + hour + 70_000, DEFAULT_SETTINGS)).toBe(true);
});
