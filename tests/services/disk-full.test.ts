// A container that writes until the engine's disk is full: the server stays, everybody is told what happened, what runs goes on
// running, and what was kept from starting starts when the culprit is gone.

import { statfs } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasDockerd, startDockerd, type TestEngine } from "../support/engine.ts";
import { until } from "./running.ts";
import { type Served, siteOver } from "./served.ts";

const SERVICE = `
    image: site/web:1
    user: "33:33"
    cap_drop: [ALL]
    stop_signal: SIGKILL
    deploy: { update_config: { monitor: 100ms } }`;
const CALM = `x-berth: { tags: { owner: www-data } }
services:
  web:${SERVICE}
    x-berth: { routes: [{ host: calm.test, port: 8080 }] }
`;
// Docker keeps what it prints on the same disk: what is said later goes into the block that the first line took.
const WRITE = "echo it begins; cat /dev/zero > /tmp/fill || echo it cannot write; sleep 1000";
const FLOOD = `x-berth: { tags: { owner: www-data } }
services:
  writer:${SERVICE}
    command: ["sh", "-c", "${WRITE}"]
`;
const INTO_VOLUME = `    volumes: ["data:/tmp"]
volumes: { data: { x-berth: { class: local } } }
`;
const DISK_MIB = 48;

describe.skipIf(!hasDockerd)("a container that fills the disk (skipped without root and Debian's docker.io)", () => {
  let engine: TestEngine;
  let site: Served;

  beforeAll(async () => {
    engine = await startDockerd({ diskMiB: DISK_MIB });
    const files = { "www/version": "one" };
    const cmd = ["sh", "-c", "exec httpd -f -p 8080 -h /www"];
    await engine.image({ name: "site/web:1", cmd, expose: ["8080/tcp"], files });
    site = await siteOver(engine.address);
    await site.configure(["  accounts: { admins: [root] }"]);
    await site.start();
    expect((await up("calm", CALM)).status).toBe(200);
    await until("calm answers", calmAnswers);
  }, 60_000);
  afterAll(async () => {
    await site?.remove();
    await engine?.stop();
  }, 60_000);

  const free = async () => {
    const { bavail, bsize } = await statfs(join(engine.dir, "data"));
    return bavail * bsize;
  };
  const up = (name: string, text: string) =>
    site.ask("owner", "POST", "/v2/stacks", { name, compose: ["a.yaml"], files: [{ name: "a.yaml", text }] });
  const calmAnswers = async () => (await site.visit("calm.test", "/version")).status === 200;

  test.each([
    ["its own layer", FLOOD],
    ["a volume", FLOOD + INTO_VOLUME],
  ])(
    "by writing into %s",
    async (_, text) => {
      const server = site.pid();
      const begun = await up("flood", text);
      expect(begun.status, begun.text).toBe(200);
      await until("the disk is full", async () => (await free()) === 0);
      // Whose fault it is can be read, and what goes on running runs.
      await until("its log says so", async () => {
        const { stdout } = await site.berth("owner", ["stack", "logs", "flood"]);
        return stdout.includes("No space left on device") && stdout.includes("it cannot write");
      });
      expect(await calmAnswers()).toBe(true);
      const restart = await site.berth("owner", ["service", "restart", "calm/web"]);
      expect(restart.status).toBe(1);
      expect(restart.stderr).toContain("the engine's disk is full");
      const shown = await site.berth("stranger", ["stack", "list", "--json"]);
      expect(shown.status, shown.stderr).toBe(0);
      const state = await site.berth("owner", ["stack", "show", "calm"]);
      expect(state.stdout).toMatch(/state: failed .*the engine's disk is full/);
      expect(state.stdout).not.toContain(engine.dir);
      const late = await site.berth("owner", ["stack", "show", "flood"]);
      expect(late.stdout).toContain("writer");
      // It goes although the engine can write nothing down any more.
      const down = await site.berth("owner", ["stack", "down", "flood", "--volumes"]);
      expect(down.status, down.stderr).toBe(0);
      expect(await free()).toBeGreaterThan(0.9 * DISK_MIB * 2 ** 20);
      expect((await site.berth("owner", ["service", "restart", "calm/web"])).status).toBe(0);
      await until("calm answers again", calmAnswers);
      expect(site.pid()).toBe(server);
      expect((await fetch(`${site.url}/readyz`)).status).toBe(200);
    },
    60_000,
  );
});
