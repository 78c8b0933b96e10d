// Builds that are killed, interrupted, or not alone.

import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AS_ROOT, asUser } from "../support/ordinary-user.ts";
import { Lab, obstacle } from "./lab.ts";

const reason = obstacle();

describe.skipIf(reason)(`a build${reason ? ` [needs ${reason}]` : ""}`, { timeout: 60_000 }, () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await Lab.open();
  });
  afterAll(() => lab?.close());

  /** Starts a build and waits until it says something. */
  async function started(context: string, word: string): Promise<{ child: ChildProcess; said: () => string }> {
    const [program = "", ...args] = asUser(lab.user, lab.words("build", `oci:${context}.oci:built`, context));
    const child = spawn(program, args, { env: lab.env, cwd: lab.folder("work"), stdio: ["ignore", "ignore", "pipe"] });
    let text = "";
    await new Promise<void>((resolve, reject) => {
      child.once("close", () => reject(new Error(`it ended early: ${text}`)));
      child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
        if (text.includes(word)) resolve();
      });
    });
    return { child, said: () => text };
  }

  /** Command lines of living processes that hold a word. */
  function processes(word: string): string[] {
    return readdirSync("/proc").flatMap((name) => {
      try {
        const line = /^\d+$/.test(name) ? readFileSync(`/proc/${name}/cmdline`, "utf8") : "";
        return line.includes(word) ? [line.replaceAll("\0", " ")] : [];
      } catch {
        return [];
      }
    });
  }

  async function gone(word: string): Promise<void> {
    // The kernel ends a namespace of processes in its own time, without a notice to others.
    const end = Date.now() + 30_000;
    while (processes(word).length > 0 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(processes(word)).toEqual([]);
  }

  test("that is killed leaves no process and no mount, and the next one goes on where it was", async () => {
    const context = lab.context("killed", "RUN echo first > /first\nRUN echo begun; test -e /tmp/go || sleep 7654\n");
    const { child } = await started(context, "| begun");
    child.kill("SIGKILL");
    await once(child, "close");
    await gone("sleep\u00007654");
    await gone(`${lab.dir}/cache`);
    expect(readFileSync("/proc/self/mounts", "utf8")).not.toContain(lab.dir);
    const again = await started(context, "| begun");
    expect(again.said()).toContain("RUN echo first > /first (cached)");
    // What the first one left was removed by the second, which has left its own.
    again.child.kill("SIGKILL");
    await once(again.child, "close");
    await gone("sleep\u00007654");
    expect(lab.underWay().filter((name) => name.startsWith(".partial"))).toHaveLength(1);
  });

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("that gets %s ends with %i and leaves nothing under way", async (signal, status) => {
    const context = lab.context(signal, `RUN echo begun ${signal}; sleep 7655\n`);
    const { child, said } = await started(context, `| begun ${signal}`);
    child.kill(signal);
    const [code] = await once(child, "close");
    expect(code, said()).toBe(status);
    expect(said()).not.toContain("FATAL");
    await gone("sleep\u00007655");
    expect(lab.underWay().filter((name) => !name.startsWith(".partial"))).not.toContain("lock");
  });

  test("beside another one waits for the same step instead of doing it too", async () => {
    const step = "RUN --mount=type=cache,target=/c echo done >> /c/count; sleep 1; wc -l < /c/count";
    const context = lab.context("twice", `${step}\n`);
    const both = await Promise.all([started(context, "the image is"), started(context, "the image is")]);
    const codes = await Promise.all(both.map(async ({ child }) => (await once(child, "close"))[0]));
    expect(codes).toEqual([0, 0]);
    const counts = both.map(({ said }) => /\| (\d+)\n/.exec(said())?.[1]).filter((count) => count !== undefined);
    expect(counts, both.map(({ said }) => said()).join("\n")).toEqual(["1"]);
  });

  test.skipIf(!AS_ROOT)("on a full disk says so, and leaves nothing half done", async () => {
    const small = await Lab.open();
    const cache = `${small.dir}/cache`;
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", `size=6m,uid=${small.user.uid},mode=700`, "berth-test", cache]);
      const noise = randomBytes(3 << 20);
      const built = small.build(small.context("full", "COPY noise /a\nCOPY noise /b\n", { noise }));
      expect(built.status).toBe(255);
      expect(built.stderr).toContain(`no space left in ${cache}`);
      expect(small.underWay()).toEqual([]);
      const inside = small.build(small.context("inside", "RUN cat /dev/zero > /big\n"));
      expect(inside.stderr).toMatch(/failed with exit status 1\n.*No space left/);
      expect(small.underWay()).toEqual([]);
    } finally {
      spawnSync("umount", [cache]);
      small.close();
    }
  });

  test.skipIf(!AS_ROOT)("by real root works the same way", async () => {
    const roots = await Lab.open({ name: "root", uid: 0, gid: 0, home: "/root" });
    try {
      const context = roots.context("root", "RUN touch /x; chown 33:34 /x; id -u\n");
      const built = roots.build(context);
      expect(built.stderr).toMatch(/\| 0\n[\s\S]*built/);
      expect(roots.layer("RUN touch /x; chown 33:34 /x; id -u")).toEqual(["-rw-r--r-- 33/34 x"]);
    } finally {
      roots.close();
    }
  });
});
