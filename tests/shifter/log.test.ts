// What the site's log is told of launches that no set-up was made for.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { installed } from "../support/ordinary-user.ts";
import { IMAGES, obstacle, openWorld, type World } from "./world.ts";

const absent = obstacle() ?? ["python3", "logger"].find((name) => !installed(name));

// A log: says every datagram on a line of its own.
const LOG = `
import os, socket, sys
log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
log.bind(sys.argv[1])
os.chmod(sys.argv[1], 0o666)
print("ready", flush=True)
while True: print(log.recv(65536).decode(), flush=True)
`;

describe.skipIf(absent)(`the log of shifter${absent ? ` [needs ${absent}]` : ""}`, () => {
  let world: World;
  let log: ChildProcess;
  const lines: string[] = [];

  beforeAll(async () => {
    world = openWorld();
    mkdirSync(world.place("log"));
    chmodSync(world.place("log"), 0o755);
    log = spawn("python3", ["-c", LOG, world.place("log/socket")], { stdio: ["ignore", "pipe", "inherit"] });
    if (!log.stdout) throw new Error("no pipe");
    const reader = createInterface(log.stdout);
    reader.on("line", (line) => lines.push(line));
    await once(reader, "line");
    const node = { system: "cluster", imageDir: world.place("images"), etcDir: world.place("etc"), record: "syslog" };
    writeFileSync(world.place("site.yaml"), JSON.stringify({ node }));
  });
  afterAll(() => {
    log?.kill();
    world?.close();
  });

  const run = (words: readonly string[], more: Record<string, string> = {}) =>
    world.shifter(words, {
      env: {
        BERTH_SITE_CONFIG: world.place("site.yaml"),
        BERTH_LOG_SOCKET: world.place("log/socket"),
        SLURM_JOB_ID: "77",
        ...more,
      },
    });

  test("has a line for a launch, and one for a refusal", async () => {
    const { name, uid } = world.user;
    expect(run(["echo", "ran"])).toMatchObject({ status: 0, out: "ran", err: "" });
    const allowed = `launch verdict=allowed by=user user=${name} uid=${uid} job=77 `;
    await expect.poll(() => lines.at(-1), { timeout: 20_000 }).toContain(allowed);
    expect(lines.at(-1)).toContain(` image=${IMAGES.plain} asked=id:${IMAGES.plain}`);
    expect(run([`--image=id:${IMAGES.others}`, "true"]).status).toBe(1);
    const refused = `launch verdict=refused by=user user=${name} uid=${uid} job=77 `;
    await expect.poll(() => lines.at(-1), { timeout: 20_000 }).toContain(refused);
    expect(lines.at(-1)).toContain("reason=E_SHIFTER_DENIED");
  });

  test("costs nothing when it is away", () => {
    expect(run(["echo", "ran"], { BERTH_LOG_SOCKET: "/nowhere" })).toMatchObject({ status: 0, out: "ran", err: "" });
  });
});
