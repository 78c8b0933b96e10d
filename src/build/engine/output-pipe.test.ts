import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { outputPipe } from "./output-pipe.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "berth-output-pipe-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

// Descriptors of this process that lead to the pipe, which has no name any more by then.
function held(): number {
  return readdirSync("/proc/self/fd").filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder);
    } catch {
      return false;
    }
  }).length;
}

test("what a program says arrives, by the names of its streams too, and no descriptor stays", async () => {
  const output = await outputPipe(folder, process.env);
  const script = "echo one; echo two > /dev/stdout; echo three >&2";
  const child = spawn("/bin/sh", ["-c", script], { stdio: ["ignore", output.descriptor, output.descriptor] });
  output.release();
  const [said] = await Promise.all([text(output.stream), once(child, "close")]);
  expect(said).toBe("one\ntwo\nthree\n");
  expect(held()).toBe(0);
});
