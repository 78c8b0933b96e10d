// Instances as people use them: the packed binary, the real launcher, real processes; once as an ordinary user and once as root.

import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { asUser, runAs } from "../support/ordinary-user.ts";
import { makeImages } from "./images.ts";
import { isAlive, makePlace, obstacle, PLAYERS, type Place } from "./place.ts";

const reason = obstacle();
const HEAD = "INSTANCE NAME    PID    IP    IMAGE";

describe.skipIf(reason).each(PLAYERS)(
  `an instance of %s${reason ? ` [${reason}]` : ""}`,
  { timeout: 30_000 },
  (player) => {
    let place: Place;
    const image = (name: string): string => join(place.dir, name);
    const inside = (name: string, ...words: string[]) => place.berth("exec", `instance://${name}`, ...words);
    const pids = (): number[] =>
      JSON.parse(place.berth("instance", "list", "-j").out).instances.map((one: { pid: number }) => one.pid);

    // The program runs by itself, so what it prints comes when it comes.
    const printed = (name: string, pattern: RegExp): Promise<void> =>
      vi.waitFor(() => expect(place.log(name, "out")).toMatch(pattern), { timeout: 20_000, interval: 5 });

    beforeAll(async () => {
      place = makePlace(player);
      await makeImages(place.dir);
    });
    afterAll(() => place.close());

    test("begins with the start script, is listed, and has its name for itself", async () => {
      expect(place.berth("instance", "start", image("full.sif"), "one", "a", "b  c")).toMatchObject({
        status: 0,
        err: expect.stringContaining("instance started successfully"),
      });
      expect(place.berth("instance", "start", image("full.sif"), "one")).toMatchObject({
        status: 255,
        err: expect.stringContaining("instance one already exists"),
      });
      expect(place.berth("instance", "list").out).toMatch(/^INSTANCE NAME +PID +IP +IMAGE\none +\d+ +\S*full\.sif$/);
      await printed("one", /^start script: a b {2}c\n$/);
      expect(place.berth("instance", "stop", "one").status).toBe(0);
      expect(place.log("one", "out")).toBe("start script: a b  c\nasked to end\n");
      expect(place.berth("instance", "stop", "one")).toMatchObject({
        status: 1,
        err: expect.stringContaining("no instance found"),
      });
      expect(place.berth("instance", "list").out).toBe(HEAD);
    });

    test("of an image without a start script begins empty", () => {
      expect(place.berth("instance", "start", image("plain.sif"), "empty")).toMatchObject({
        status: 0,
        err: expect.stringContaining("No startscript found in container"),
      });
      expect(inside("empty", "sh", "-c", "echo $OWN").out).toBe("image's");
      expect(place.berth("instance", "stop", "empty").status).toBe(0);
    });

    test("runs what the image runs, keeps what it prints, and lasts longer than that", async () => {
      expect(place.berth("instance", "run", image("full"), "two", "x").status).toBe(0);
      expect(inside("two", "true").status).toBe(0);
      await printed("two", /^runscript: x\n$/);
      expect(place.berth("instance", "stop", "two").status).toBe(0);
    });

    describe("that runs", () => {
      beforeAll(() => {
        expect(place.berth("instance", "start", "--hostname", "inside", image("full.sif"), "three").status).toBe(0);
      });
      afterAll(() => {
        place.berth("instance", "stop", "three");
      });

      test("is joined in all its namespaces", () => {
        const spaces = "for n in pid mnt ipc uts user; do readlink /proc/self/ns/$n; done";
        const one = inside("three", "sh", "-c", spaces);
        expect(one).toMatchObject({ status: 0, err: "" });
        expect(inside("three", "sh", "-c", spaces).out).toBe(one.out);
        expect(inside("three", "hostname").out).toBe("inside");
        expect(inside("three", "id", "-u").out).toBe(String(place.user.uid));
        expect(inside("three", "ps").out).toMatch(/^ +1 .*berth-launch/m);
      });

      test("gives those who join the environment of a launch, and its name", () => {
        const show = "echo $FROM_SCRIPT,$APPTAINER_INSTANCE,$MINE,$HOME";
        expect(place.berth("exec", "--env", "MINE=1", "instance://three", "sh", "-c", show).out).toBe(
          `set by a script,three,1,${place.user.home}`,
        );
      });

      test("starts them where the caller stands, or where --cwd says", () => {
        const at = (cwd: string) =>
          runAs(place.user, ["berth", "exec", "instance://three", "pwd"], { env: place.env, cwd }).stdout;
        expect(at("/tmp")).toBe("/tmp\n");
        expect(at("/usr")).toBe(`${place.user.home}\n`);
        expect(place.berth("exec", "--cwd", "/etc", "instance://three", "pwd").out).toBe("/etc");
      });

      test("passes on their statuses, signals and input", () => {
        expect(inside("three", "sh", "-c", "exit 7").status).toBe(7);
        expect(inside("three", "nosuch")).toMatchObject({ status: 127, err: expect.stringContaining("nosuch") });
        const told = runAs(place.user, ["sh", "-c", "berth exec instance://three sh -c 'kill -TERM $$'"], {
          env: place.env,
        });
        expect(told.status).toBe(143);
        const shell = runAs(place.user, ["berth", "shell", "instance://three"], {
          env: place.env,
          input: "echo $0; exit 5\n",
        });
        expect(shell).toMatchObject({ status: 5, stdout: "/bin/sh\n" });
        expect(place.berth("run", "instance://three", "x").out).toBe("runscript: x");
        expect(place.berth("test", "instance://three").status).toBe(3);
      });

      test("forwards a signal sent to those who join", async () => {
        const [program = "", ...words] = place.argv(
          "exec",
          "instance://three",
          "sh",
          "-c",
          "trap 'echo got; exit 3' USR1; echo ready; while :; do sleep 0.02; done",
        );
        const child = spawn(program, words, { env: place.env, stdio: ["ignore", "pipe", "inherit"] });
        let said = "";
        child.stdout.on("data", (part: Buffer) => {
          said += part;
          if (said === "ready\n") child.kill("SIGUSR1");
        });
        expect(await new Promise((resolve) => child.once("close", resolve))).toBe(3);
        expect(said).toBe("ready\ngot\n");
      });

      test("is measured", () => {
        const { instances } = JSON.parse(place.berth("instance", "stats", "--json", "three").out);
        expect(instances).toMatchObject([
          { instance: "three", processes: expect.any(Number), memory: expect.any(Number) },
        ]);
        expect(instances[0].processes).toBeGreaterThan(0);
        expect(place.berth("instance", "stats", "--no-stream").out).toMatch(/^INSTANCE NAME.*PIDS\nthree .*%/);
      });

      test("tells where its logs are", () => {
        expect(place.berth("instance", "list", "-l", "th*").out).toContain("three.err");
        expect(JSON.parse(place.berth("instance", "list", "-j").out).instances[0]).toMatchObject({
          instance: "three",
          ip: "",
        });
        expect(place.berth("instance", "list", "no*").out).toBe(HEAD);
      });
    });

    test("is asked to end by the signal that is wanted, and killed when it takes too long", async () => {
      const stubborn = "trap '' TERM; trap 'echo by USR2; exit' USR2; echo up; while :; do sleep 0.02; done";
      writeFileSync(image("full/.singularity.d/runscript"), `#!/bin/sh\n${stubborn}\n`);
      let ups = 0;
      for (const [flags, words] of [
        [["-t", "200ms"], "was killed"],
        [["-s", "SIGUSR2"], ""],
        [["-F"], ""],
      ] as const) {
        expect(place.berth("instance", "run", image("full"), "stubborn").status).toBe(0);
        ups += 1;
        await printed("stubborn", new RegExp(`^([^]*up\n){${ups}}$`));
        const stop = place.berth("instance", "stop", ...flags, "stubborn");
        expect(stop).toMatchObject({ status: 0, err: expect.stringContaining(words) });
      }
      expect(place.log("stubborn", "out").match(/by USR2/g)).toHaveLength(1);
      writeFileSync(image("full/.singularity.d/runscript"), '#!/bin/sh\necho "runscript: $*"\n');
    });

    test.each(["outside", "init"])(
      "leaves nothing behind when its process %s is killed, and gives its name back",
      async (victim) => {
        expect(place.berth("instance", "start", image("full.sif"), "victim").status).toBe(0);
        const [outside = 0] = pids();
        const init = Number(runAs(place.user, ["pgrep", "-P", String(outside)]).stdout);
        const program = Number(runAs(place.user, ["pgrep", "-P", String(init)]).stdout);
        process.kill(victim === "init" ? init : outside, "SIGKILL");
        await vi.waitFor(() => expect(isAlive(program)).toBe(false), { timeout: 20_000, interval: 5 });
        await vi.waitFor(() => expect(place.berth("instance", "list").out).toBe(HEAD), {
          timeout: 20_000,
          interval: 5,
        });
        expect(inside("victim", "true")).toMatchObject({
          status: 255,
          err: expect.stringContaining("no instance found"),
        });
        expect(place.berth("instance", "start", image("full.sif"), "victim").status).toBe(0);
        expect(place.berth("instance", "stop", "victim").status).toBe(0);
      },
    );

    test("runs and is written down, or neither, whenever the call that starts it is killed", async () => {
      const race = `race-${process.pid}-${place.user.uid}`;
      for (let round = 0; round < 8; round += 1) {
        const [program = "", ...words] = asUser(place.user, ["berth", "instance", "start", image("plain.sif"), race]);
        const child = spawn(program, words, { env: place.env, stdio: "ignore" });
        const ended = new Promise((resolve) => child.once("exit", resolve));
        const timer = setTimeout(() => child.kill("SIGKILL"), round * 9);
        await ended;
        clearTimeout(timer);
        // A launcher whose starter died ends as soon as it asks for leave.
        await vi.waitFor(
          () => expect(place.processes(`berth-launch.${race}`).filter(isAlive)).toHaveLength(2 * pids().length),
          { timeout: 20_000, interval: 10 },
        );
        place.berth("instance", "stop", "--all", "-F");
      }
    });

    test("cannot be started twice at the same time", async () => {
      const start = () => {
        const [program = "", ...words] = asUser(place.user, ["berth", "instance", "start", image("plain.sif"), "twin"]);
        return new Promise<number>((resolve) =>
          spawn(program, words, { env: place.env, stdio: "ignore" }).once("exit", resolve),
        );
      };
      const statuses = await Promise.all([start(), start(), start(), start()]);
      expect(statuses.toSorted((a, b) => a - b)).toEqual([0, 255, 255, 255]);
      expect(pids()).toHaveLength(1);
      expect(place.berth("instance", "stop", "twin").status).toBe(0);
    });

    test("that cannot start says why and is not there", () => {
      const failed = place.berth("instance", "start", "--cwd", "/nope", image("full.sif"), "failed");
      expect(failed).toMatchObject({ status: 255, err: expect.stringContaining("cannot enter the directory /nope") });
      expect(place.berth("instance", "list").out).toBe(HEAD);
      expect(place.processes("berth-launch.failed").filter(isAlive)).toEqual([]);
    });

    test("keeps changes for those who join when it may change", () => {
      expect(place.berth("instance", "start", "--writable-tmpfs", image("plain.sif"), "writable").status).toBe(0);
      expect(inside("writable", "touch", "/made").status).toBe(0);
      expect(inside("writable", "test", "-f", "/made").status).toBe(0);
      expect(place.berth("instance", "stop", "writable").status).toBe(0);
    });

    test("takes the flags of a launch", () => {
      const flags = [
        "-e",
        "-c",
        "-W",
        join(place.dir, "work"),
        "-H",
        `${place.dir}/work:/home/else`,
        "-B",
        "/etc:/mnt",
      ];
      expect(place.berth("instance", "start", ...flags, image("plain.sif"), "flags").status).toBe(0);
      expect(
        inside("flags", "sh", "-c", "echo $HOME; test -e /mnt/passwd && echo bound; echo $APPTAINER_BIND").out,
      ).toBe("/home/else\nbound\n/mnt");
      expect(inside("flags", "touch", "/tmp/f").status).toBe(0);
      expect(readFileSync(join(place.dir, "work/tmp/f"), "utf8")).toBe("");
      expect(place.berth("instance", "stop", "flags").status).toBe(0);
    });

    test("writes its process number where it is wanted", () => {
      const file = join(place.dir, "work/pid");
      expect(place.berth("instance", "start", "--pid-file", file, image("plain.sif"), "numbered").status).toBe(0);
      expect(pids()).toEqual([Number(readFileSync(file, "utf8"))]);
      expect(
        place.berth("instance", "start", "--pid-file", "/no/such/place", image("plain.sif"), "unnumbered").status,
      ).toBe(255);
      expect(place.berth("instance", "stop", "--all").status).toBe(0);
    });

    test("is one of ten, which end together", () => {
      const names = Array.from({ length: 10 }, (_, at) => `many-${at}`);
      for (const name of names) expect(place.berth("instance", "start", image("plain.sif"), name).status).toBe(0);
      expect(pids()).toHaveLength(10);
      expect(place.berth("instance", "stop", "many-*").status).toBe(0);
      expect(place.berth("instance", "list").out).toBe(HEAD);
    });

    test.each([
      ["a name with a slash", ["start", "IMAGE", "a/b"], 255, "cannot be the name"],
      ["a name that is a flag", ["start", "IMAGE", ".."], 255, "cannot be the name"],
      ["--boot", ["start", "--boot", "IMAGE", "b"], 255, "--boot is not offered"],
      ["no name", ["start", "IMAGE"], 1, "requires at least 2 arg"],
      ["an instance of an instance", ["start", "instance://x", "y"], 1, "instance already"],
      ["nothing to stop", ["stop"], 1, "no instance was named"],
      ["a user that is none", ["list", "-u", "no-such-user"], 255, "no-such-user"],
      ["a signal that is none", ["stop", "-s", "FOO", "x"], 1, "is no signal"],
    ])("refuses %s", (_, words, status, text) => {
      const answer = place.berth("instance", ...words.map((word) => (word === "IMAGE" ? image("plain.sif") : word)));
      expect(answer).toMatchObject({ status, err: expect.stringContaining(text) });
    });

    test("shares no namespaces by --sharens, and says what does", () => {
      expect(place.berth("exec", "--sharens", image("plain.sif"), "true")).toMatchObject({
        status: 255,
        err: expect.stringContaining("berth instance start"),
      });
    });

    test("is the image's user with --docker", () => {
      const started = place.berth("instance", "start", "--docker", image("docker.sif"), "docker");
      expect(started.status).toBe(0);
      // Without subordinate ids nobody can be another user, and the launch says so.
      const uid = /subordinate ids/.test(started.err) ? place.user.uid : 33;
      expect(inside("docker", "sh", "-c", "id -u; pwd").out).toBe(`${uid}\n/etc`);
      expect(place.berth("instance", "stop", "docker").status).toBe(0);
    });

    test("has root in it with --fakeroot", () => {
      expect(place.berth("instance", "start", "--fakeroot", image("plain.sif"), "fake").status).toBe(0);
      expect(inside("fake", "id", "-u").out).toBe("0");
      expect(inside("fake", "grep", "CapEff", "/proc/self/status").out).not.toMatch(/\t0+$/);
      expect(place.berth("instance", "stop", "fake").status).toBe(0);
    });
  },
);
