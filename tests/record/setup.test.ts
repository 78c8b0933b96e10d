// What the log is told when root sets a node up, and when it refuses to.

import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BINARY, ENV, FIRST, NodeSite, obstacle } from "../node/node-site.ts";
import { installed } from "../support/ordinary-user.ts";
import { startLog, type TestLog } from "./log.ts";

const reason = obstacle() ?? (installed("python3") ? undefined : "python3 is not installed");

describe.skipIf(reason)(`the record of a set-up${reason ? ` [${reason}]` : ""}`, () => {
  let site: NodeSite;
  let log: TestLog;
  beforeAll(async () => {
    site = new NodeSite();
    site.configure({ record: "syslog" });
    log = await startLog(site.place("log"));
  });
  afterAll(() => {
    log?.stop();
    site?.teardown("7");
    site?.close();
  });

  function setUp(image: string): number | null {
    const words = site.words("setup", "--uid", String(site.user.uid), "--job", "7", "--image", image);
    const env = { ...ENV, BERTH_LOG_SOCKET: log.socket };
    return spawnSync(BINARY, words, { env, cwd: "/", timeout: 30_000 }).status;
  }

  test("names user, job, node and image, and the verdict", async () => {
    expect(setUp(`id:${FIRST}`)).toBe(0);
    const who = `user=${site.user.name} uid=${site.user.uid} job=7`;
    expect(await log.next()).toMatch(
      new RegExp(
        `^<30>.* berth\\[\\d+\\]: launch verdict=allowed by=setup ${who} node=\\S+ image=${FIRST} asked=id:${FIRST}$`,
      ),
    );
  });

  test("gives the reason of a refusal", async () => {
    expect(setUp(`id:${"9".repeat(64)}`)).toBe(1);
    expect(await log.next()).toMatch(/^<29>.* verdict=refused by=setup .* job=7 .* reason=E_[A-Z_]+$/);
  });
});
