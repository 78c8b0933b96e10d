// The launcher of an instance as a process of its own: started apart from the caller's session, given its plan, and talked with
// (docs/launch-plan.md, "Instances"). It knows nothing of names that are taken and of records.

import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import type { Socket } from "node:net";
import type { Writable } from "node:stream";
import { type Intermediary, LAUNCHER_ENVIRONMENT } from "../launch.ts";
import type { LaunchPlan } from "../launch-plan.ts";
import { encodePlan } from "../plan-format.ts";
import { fail } from "./errors.ts";

/** What is to be started, and where its output goes. */
export interface LauncherStart {
  readonly name: string;
  readonly plan: LaunchPlan;
  /** Path of berth-launch. */
  readonly launcher: string;
  /** Who starts it, when that is a service manager. */
  readonly by?: Intermediary | undefined;
  /** Paths of the logs. */
  readonly out: string;
  readonly err: string;
}

/** A launcher that runs. */
export interface Launcher {
  readonly pid: number;
  /** Waits until everything but the program stands. @throws E_INSTANCE_START */
  standing(): Promise<void>;
  /** Gives leave, and waits until the program runs. @throws E_INSTANCE_START */
  begin(): Promise<void>;
  /** Kills it with all that it has started, and waits for its end. */
  kill(): Promise<void>;
  /** Lets it run by itself. */
  release(): void;
}

// Descriptors of the launcher behind the standard ones: the talk with it, and its plan.
const TALK = 3;
const PLAN = 4;
const MAX_WORDS = 64 * 1024;

/** Starts a launcher. */
export function startLauncher(start: LauncherStart): Launcher {
  const child = spawnLauncher(start);
  const talk = child.stdio[TALK] as Socket;
  talk.on("error", () => undefined);
  const ended = endOf(child);
  const words = wordsOf(talk);
  givePlan(start, child);
  const notStarted = async (said: string): Promise<Error> => {
    const sentence = said.replace(/^(ready|begin)\n/, "").replace(/^berth-launch: /, "");
    // Without a number it was never a process: its end tells why.
    const reason = sentence.trim() || (child.pid === undefined ? await ended : "one of its processes was killed");
    return fail("E_INSTANCE_START", { name: start.name, reason, log: start.err });
  };
  return {
    pid: child.pid ?? 0,
    async standing() {
      const said = await words.next();
      if (said !== "ready\n") throw await notStarted(said);
    },
    async begin() {
      talk.write("g");
      const said = await words.rest();
      if (said !== "begin\n") throw await notStarted(said);
    },
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
    release() {
      talk.destroy();
      child.unref();
    },
  };
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", () => resolve("it has ended"));
  });
}

// A session of its own: neither the terminal nor the end of the caller's session reaches it.
function spawnLauncher({ name, launcher, by, out, err }: LauncherStart): ChildProcess {
  const [first, ...before] = by?.before ?? [];
  const words = ["--fd", String(PLAN)];
  const logs = [out, err].map((path) => openSync(path, "a", 0o600));
  try {
    return spawn(first ?? launcher, first === undefined ? words : [...before, launcher, ...words], {
      // For people who look at the list of processes.
      ...(first === undefined ? { argv0: `berth-launch[${name}]` } : {}),
      detached: true,
      cwd: "/",
      env: by?.env ?? LAUNCHER_ENVIRONMENT,
      stdio: ["ignore", logs[0], logs[1], "pipe", "pipe"],
    });
  } finally {
    for (const log of logs) closeSync(log);
  }
}

// Through a pipe: no file of it is left when this process is killed.
function givePlan({ plan }: LauncherStart, child: ChildProcess): void {
  const pipe = child.stdio[PLAN] as Writable;
  // A launcher that ends before it has read everything has said why.
  pipe.on("error", () => undefined);
  pipe.end(encodePlan({ ...plan, instance: TALK }));
}

/** What the launcher says, piece by piece or to the end. */
function wordsOf(talk: Socket): { next(): Promise<string>; rest(): Promise<string> } {
  const chunks = talk.iterator({ destroyOnReturn: false });
  const next = async (): Promise<string> => {
    // A launcher that was killed may leave the talk with an error: it is over all the same.
    const chunk = await chunks.next().catch(() => undefined);
    return chunk === undefined || chunk.done ? "" : String(chunk.value);
  };
  return {
    next,
    async rest() {
      let text = "";
      for (let more = await next(); more !== "" && text.length < MAX_WORDS; more = await next()) text += more;
      return text;
    },
  };
}
