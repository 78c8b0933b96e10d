// Records of launches as a machine's log gets them: through the launcher, and by a process of their own. A log that is away or
// full must cost a launch nothing.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { chmod, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type LaunchRecord, recordDatagram, recordLine } from "../../src/batch/record/launch-record.ts";
import { sendRecord } from "../../src/batch/record/send.ts";
import type { LaunchPlan } from "../../src/run/launch-plan.ts";
import { encodePlan } from "../../src/run/plan-format.ts";
import { asUser, installed, ordinaryUser } from "../support/ordinary-user.ts";
import { startLog, type TestLog } from "./log.ts";

const PROGRAMS = process.env["BERTH_BUILD"] ?? join(import.meta.dirname, "../../build");
const absent = !installed("python3")
  ? "python3"
  : !installed("logger")
    ? "logger"
    : existsSync(join(PROGRAMS, "berth-launch"))
      ? ""
      : "build/berth-launch";

const RECORD: LaunchRecord = {
  ...{ verdict: "allowed", by: "user", user: "ada", uid: 1000, job: "77", node: "n1" },
  ...{ image: "0123abc", asked: "docker:debian:12" },
};

describe.skipIf(absent)(`the record of a launch${absent ? ` [needs ${absent}]` : ""}`, () => {
  let work: string;
  const user = ordinaryUser();
  beforeAll(async () => {
    work = mkdtempSync(join(tmpdir(), "berth-record-"));
    await chmod(work, 0o755);
  });
  afterAll(() => rmSync(work, { recursive: true, force: true }));

  async function logIn(name: string, kind: "hears" | "deaf"): Promise<TestLog> {
    const log = await startLog(join(work, name), kind);
    onTestFinished(log.stop);
    return log;
  }

  async function launch(socket: string, text: string) {
    const plan = join(work, "plan");
    await writeFile(plan, encodePlan({ ...TRUE, record: { socket, text } }));
    await chmod(plan, 0o644);
    const [command = "", ...words] = asUser(user, [join(PROGRAMS, "berth-launch"), plan]);
    return spawnSync(command, words, { encoding: "utf8", timeout: 30_000 });
  }

  test("reaches the log in one datagram from the launcher", async () => {
    const log = await logIn("hears", "hears");
    const text = recordDatagram(RECORD, { pid: 5, now: new Date() });
    expect(await launch(log.socket, text)).toMatchObject({ status: 0, stderr: "" });
    expect(await log.next()).toBe(text);
  });

  test("is lost without a word when the log is away or full, and holds nobody up", async () => {
    expect(await launch(join(work, "nobody"), "x")).toMatchObject({ status: 0, stderr: "" });
    expect(await launch(`/${"x".repeat(300)}`, "x")).toMatchObject({ status: 0, stderr: "" });
    const log = await logIn("deaf", "deaf");
    // The kernel keeps ten of them, as a rule.
    for (let sent = 0; sent < 20; sent++)
      expect(await launch(log.socket, "x".repeat(2000))).toMatchObject({ status: 0 });
  });

  test("reaches the log also where no launcher follows", async () => {
    const log = await logIn("other", "hears");
    const refused: LaunchRecord = { ...RECORD, verdict: "refused", asked: "docker:x y", reason: "E_SHIFTER_DENIED" };
    sendRecord(refused, log.socket);
    expect(await log.next()).toMatch(
      /^<29>.* berth\[\d+\]: launch verdict=refused .* asked="docker:x y" reason=E_SHIFTER_DENIED$/,
    );
    sendRecord(RECORD, log.socket);
    expect(await log.next()).toContain(recordLine(RECORD));
    sendRecord(RECORD, join(work, "nobody"));
  });
});

const TRUE: LaunchPlan = {
  ...{ userns: { kind: "self" }, unshare: [], root: { kind: "dir", source: "/" }, touch: [], expectMounts: [] },
  ...{
    layer: { kind: "auto" },
    mounts: [],
    readonlyRoot: true,
    chdir: ["/"],
    umask: 0o022,
    limits: [],
    keepCaps: false,
  },
  ...{ caps: "none", init: false, keepFds: [], env: new Map(), exec: "/bin/true", argv: ["true"] },
};
