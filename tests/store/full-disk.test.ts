// A disk that has no room for the database any more: one clear error, everything that was acknowledged is kept, and with
// room again work goes on. A limit on the size of files stands for the disk.

import { execFileSync, spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { handClock, request, serverQueue } from "../../src/gateway/queue/testing.ts";
import { openStore } from "../../src/store/open-store.ts";
import { installed } from "../support/ordinary-user.ts";

const canLimit = installed("prlimit");

test.skipIf(!canLimit)(
  `a full disk costs nothing that was recorded${canLimit ? "" : " (skipped: no prlimit)"}`,
  async () => {
    const dir = await mkdtemp(join(tmpdir(), "berth-full-"));
    try {
      const file = join(dir, "berth.db");
      const program = join(import.meta.dirname, "fill-process.ts");
      const limited = ["--fsize=1500000", process.execPath, program, `sqlite:${file}`];
      const answer = JSON.parse(execFileSync("prlimit", limited, { encoding: "utf8" }));
      expect(answer).toMatchObject({ code: "E_STORE_FULL", http: 503, readable: answer.added });
      expect(answer.added).toBeGreaterThan(20);
      const check = new DatabaseSync(file);
      expect(check.prepare("pragma integrity_check").all()).toMatchObject([{ integrity_check: "ok" }]);
      check.close();
      const store = await openStore(`sqlite:${file}`, { now: () => 0 });
      const queue = serverQueue(store, "one", handClock());
      expect((await queue.unfinished(undefined)).length).toBe(answer.added);
      expect(await queue.add(request("one more"))).toMatchObject({ status: "INIT" });
      await store.close();
      expect(statSync(file).size).toBeGreaterThan(0);
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  },
);

test("a folder that cannot be written to is named", () => {
  const program = join(import.meta.dirname, "fill-process.ts");
  const { status, stderr } = spawnSync(process.execPath, [program, "sqlite:/proc/berth.db"], { encoding: "utf8" });
  expect(status).not.toBe(0);
  expect(stderr).toContain("the database /proc/berth.db cannot be opened");
});
