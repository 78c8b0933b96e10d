// Ranks of one node look into each other's memory and descriptors where the node was set up for their job, and not where each has a
// user namespace of its own: what docs/mpi.md says of messages within a node rests on this.

import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FIRST, NodeSite, obstacle } from "../node/node-site.ts";
import { installed } from "../support/ordinary-user.ts";

const missing = ["gcc", "squashfuse_ll"].find((program) => !installed(program));
const reason = obstacle() ?? (missing && `${missing} is not installed`);

describe.skipIf(reason)(`ranks of one node${reason ? ` [${reason}]` : ""}`, { timeout: 30_000 }, () => {
  let site: NodeSite;
  beforeAll(() => {
    site = new NodeSite();
    const source = join(import.meta.dirname, "neighbour.c");
    execFileSync("gcc", [source, "-O1", "-static", "-o", site.place("data/neighbour")]);
    chmodSync(site.place("data/neighbour"), 0o755);
    // Where no root mounts it, the user must read the image.
    chmodSync(join(site.images, `${FIRST}.squashfs`), 0o644);
    mkdirSync(site.place("run"), { mode: 0o700 });
    chownSync(site.place("run"), site.user.uid, site.user.gid);
  });
  afterAll(() => {
    site?.teardown("7");
    site?.close();
  });

  /** Two launches at a time: what the second says of the first. */
  async function seen(job: string): Promise<string> {
    const [command = "", ...words] = site.shifterWords("/data/neighbour");
    const options = { env: { ...site.jobEnv(job), BERTH_RUNTIMEDIR: site.place("run") }, cwd: "/" };
    const first = spawn(command, words, { ...options, stdio: ["pipe", "pipe", "inherit"] });
    const ended = once(first, "exit");
    try {
      const [line] = await Promise.race([once(createInterface(first.stdout), "line"), ended.then(() => [""])]);
      const second = spawnSync(command, [...words, ...String(line).split(" ")], { ...options, encoding: "utf8" });
      return second.stdout + second.stderr;
    } finally {
      first.stdin.end();
      await ended;
    }
  }

  test("read each other's memory in a job whose node was set up", async () => {
    expect(site.setup("7")).toEqual({ status: 0, out: "", err: "" });
    expect(await seen("7")).toBe("memory: of the neighbour\ndescriptors: open\n");
  });

  test("do not where nothing was set up: each has a user namespace of its own", async () => {
    expect(await seen("8")).toBe("memory: Operation not permitted\ndescriptors: Permission denied\n");
  });
});
