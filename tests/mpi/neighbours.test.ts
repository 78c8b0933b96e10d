// Ranks of one node look into each other's memory and descriptors where the node was set up for their job, and not where each has a
// user namespace of its own: what docs/mpi.md says of messages within a node rests on this.

import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FIRST, NodeSite, obstacle, SECOND } from "../node/node-site.ts";
import { installed } from "../support/ordinary-user.ts";
import { buildRing, noMpich, plantProgram, RING, ranks, UCX } from "./trees.ts";

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
    for (const job of ["7", "9"]) site?.teardown(job);
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

  test.skipIf(noMpich)(`of MPICH need not be told of closed descriptors there${noMpich ? ` [${noMpich}]` : ""}`, () => {
    buildRing("mpicc.mpich", site.place("ring"));
    plantProgram(site.place("tree"), site.place("ring"), RING);
    site.publish(SECOND);
    expect(site.setup("9", [], `id:${SECOND}`)).toEqual({ status: 0, out: "", err: "" });
    const [command = "", ...words] = site.shifterWords(RING).map((word) => word.replace(FIRST, SECOND));
    const at = words.indexOf("--") + 1;
    const argv = [...words.slice(0, at), "mpiexec.hydra", "-n", "3", ...words.slice(at)];
    // Only not to use the loopback's TCP (trees.ts).
    const env = { ...site.jobEnv("9"), UCX_TLS: UCX.UCX_TLS };
    const ran = spawnSync(command, argv, { env, cwd: "/", encoding: "utf8", timeout: 20_000 });
    expect(ran.stderr).toBe("");
    expect(ranks(ran.stdout).map(({ sum, ring }) => [sum, ring])).toEqual(Array(3).fill(["3", "whole"]));
  });

  test("do not where nothing was set up: each has a user namespace of its own", async () => {
    expect(await seen("8")).toBe("memory: Operation not permitted\ndescriptors: Permission denied\n");
  });
});
