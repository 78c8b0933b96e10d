// The server's side against job processes that behave in every wrong way.

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DEFAULT_CONVERSION } from "../../image/conversion-options.ts";
import type { ImageFacts, Job } from "./job-messages.ts";
import { type JobRun, runJob } from "./run-job.ts";

const MIB = 2 ** 20;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "berth-run-job-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function job(): Job {
  return {
    ...{ kind: "import", folder, recipe: { format: "squashfs", conversion: DEFAULT_CONVERSION }, maxBytes: 1 },
    ...{ examiner: undefined, path: "/x", fileFormat: "tar", caller: { uid: 1, gid: 1, groups: [] } },
    ...{ trustSquashfs: false, private: false, signers: undefined, platform: "linux/amd64" },
  };
}

/** Runs a script in place of berth; it has `say`, and `lines` of its input. */
function run(script: string, change: Partial<JobRun> = {}) {
  const code = `
    const say = (message) => process.stdout.write(JSON.stringify(message) + "\\n");
    const facts = { id: "1", digest: "sha256:1" };
    const input = require("readline").createInterface({ input: process.stdin });
    const lines = input[Symbol.asyncIterator]();
    (async () => { ${script} })();`;
  const limits = { memoryBytes: 512 * MIB, tempBytes: 512 * MIB, everyMs: 20 };
  const usual = {
    limits,
    silentMs: 10_000,
    compiled: join(folder, "compiled"),
    listen() {},
    decide: async () => true,
    signal: NEVER,
  };
  // What follows the program's words is ignored by it.
  return runJob(job(), { program: [process.execPath, "-e", code, "--"], ...usual, ...change });
}

const NEVER = new AbortController().signal;
const MADE = `say({ type: "made", facts, file: { bytes: 1, digest: "sha256:2" }, effort: {} });`;

describe("a job", () => {
  test("gets its job, asks, is let go on, and ends with what it made", async () => {
    const seen: string[] = [];
    const script = `
      const job = JSON.parse((await lines.next()).value);
      say({ type: "stage", status: "HASHING", text: job.path });
      say({ type: "found", facts });
      const { value } = await lines.next();
      say({ type: "stage", status: "HASHING", text: value });
      ${MADE}`;
    const listen: JobRun["listen"] = (message) => message.type === "stage" && seen.push(message.text);
    expect(await run(script, { listen })).toMatchObject({ kind: "made", file: { bytes: 1 } });
    expect(seen).toEqual(["/x", '{"go":"on"}']);
  });

  test("that is not let go on sees its input end", async () => {
    const asked: ImageFacts[] = [];
    const decide = async (facts: ImageFacts) => asked.push(facts) === 0;
    const result = await run(`say({ type: "found", facts });`, { decide });
    expect(result).toMatchObject({ kind: "declined", facts: { id: "1" } });
  });

  test.each([
    ["that ends without a word", "process.exit(3);", "E_WORK_JOB_ENDED", 0],
    ["that is killed", "process.kill(process.pid, 'SIGKILL');", "E_WORK_JOB_ENDED", 0],
    ["that says it failed", `say({ type: "failed", failure: { code: "E_X", message: "why" } });`, "E_X", undefined],
    ["that takes too much memory", "globalThis.x = Buffer.alloc(600 * 2 ** 20, 1);", "E_WORK_MEMORY", undefined],
    [
      "that takes too much space",
      "require('fs').writeFileSync('f', Buffer.alloc(20 * 2 ** 20, 1)); setTimeout(() => {}, 9e4);",
      "E_WORK_TEMP",
      undefined,
    ],
  ])("%s is a failure of its own kind", async (_, script, code, again) => {
    const limits = { memoryBytes: 512 * MIB, tempBytes: 10 * MIB, everyMs: 20 };
    const result = await run(script, { limits });
    expect(result).toMatchObject({ kind: "failed", failure: { code } });
    expect(result.kind === "failed" && result.failure.again).toBe(again);
  });

  test("that says nothing any more is ended", async () => {
    const result = await run("setTimeout(() => {}, 9e4);", { silentMs: 300 });
    expect(result).toMatchObject({ kind: "failed", failure: { code: "E_WORK_SILENT", again: 0 } });
  });

  test("that talks nonsense is ended with an error of ours", async () => {
    await expect(run(`process.stdout.write("{}\\n"); setTimeout(() => {}, 9e4);`)).rejects.toMatchObject({
      code: "E_WORK_MESSAGE",
    });
  });

  test("cannot outlive its end, nor can what it has started", async () => {
    const words: string[] = [];
    const script = `
      const child = require("child_process").spawn("sleep", ["1000"], { stdio: "ignore" });
      say({ type: "stage", status: "HASHING", text: String(child.pid) });
      process.on("SIGTERM", () => {});
      setInterval(() => {}, 1000);
      ${MADE}`;
    await run(script, { listen: (message) => message.type === "stage" && words.push(message.text) });
    // Gone, or dead and not yet collected by whoever adopted it.
    const stat = await readFile(`/proc/${words[0]}/stat`, "utf8").catch(() => ") Z");
    expect(stat).toContain(") Z");
  });

  test("ends at once when the pull is cancelled, with the reason of that", async () => {
    const stop = new AbortController();
    const listen = () => stop.abort(new Error("cancelled"));
    const script = `say({ type: "bytes", done: 0, total: 1 }); setInterval(() => {}, 1000);`;
    await expect(run(script, { listen, signal: stop.signal })).rejects.toThrow("cancelled");
  });

  test("that cannot be started is a failure", async () => {
    const result = await run("", { program: ["/nonexistent/berth"] });
    expect(result).toMatchObject({ kind: "failed", failure: { code: "E_WORK_JOB_ENDED" } });
  });

  test("has nothing of the server's environment but the way out", async () => {
    process.env["BERTH_TEST_SECRET"] = "x";
    try {
      const words: string[] = [];
      const script = `say({ type: "stage", status: "HASHING", text: Object.keys(process.env).join() }); ${MADE}`;
      await run(script, { listen: (message) => message.type === "stage" && words.push(message.text) });
      expect(words[0]).not.toContain("SECRET");
    } finally {
      delete process.env["BERTH_TEST_SECRET"];
    }
  });
});
