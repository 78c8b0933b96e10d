import { execFile } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { logFile, makeLogger } from "./logger.ts";

let dir = "";
let fd = -1;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "berth-logger-"));
  fd = openSync(join(dir, "log"), "a");
});

afterEach(async () => {
  closeSync(fd);
  await rm(dir, { recursive: true });
});

const written = (): readonly string[] => readFileSync(join(dir, "log"), "utf8").split("\n").slice(0, -1);

describe("a log", () => {
  test("has every line once and in order when it was ended", () => {
    const destination = logFile(fd);
    const log = makeLogger("info", destination);
    for (let n = 0; n < 2000; n++) log.info({ n }, "a line with an umlaut: ü");
    destination.end();
    expect(written().map((line) => (JSON.parse(line) as { readonly n: number }).n)).toEqual([...Array(2000).keys()]);
  });

  test("is written without an end, too, a moment later", async () => {
    const destination = logFile(fd);
    destination.write("one\n");
    await expect.poll(written).toEqual(["one"]);
    destination.end();
  });

  test("has the last lines of a process that ended without a word", async () => {
    const script = `
      import { logFile } from ${JSON.stringify(join(import.meta.dirname, "logger.ts"))};
      logFile(1).write("the reason\\n");
      throw new Error("nobody expected it");`;
    const ended = promisify(execFile)(process.execPath, ["--input-type=module-typescript", "-e", script]);
    await expect(ended).rejects.toMatchObject({ code: 1, stdout: "the reason\n" });
  });

  test("hides what is secret, however deep, and leaves what it was given as it is", () => {
    const lines: string[] = [];
    const line = { user: "ada", login: { password: "swordfish", for: { token: "t0ken", host: "h" } } };
    makeLogger("info", { write: (text) => void lines.push(text) }).info(line, "hello");
    expect(JSON.parse(lines.join(""))).toMatchObject({
      user: "ada",
      login: { password: "[hidden]", for: { token: "[hidden]", host: "h" } },
    });
    expect(line.login.password).toBe("swordfish");
  });
});
