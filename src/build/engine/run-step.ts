// Runs the program of a step in a mounted state. What it says goes to the user as it comes; what it was given goes again.

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { type FileHandle, open, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { codeFrame } from "../../base/source.ts";
import type { Environment } from "../../platform/user.ts";
import type { LaunchPlan, MountRecord } from "../../run/launch-plan.ts";
import { encodePlan } from "../../run/plan-format.ts";
import type { RunStep, StepOrigin } from "../types.ts";
import { type Account, findAccount } from "./accounts.ts";
import { fail } from "./errors.ts";
import { Lines } from "./lines.ts";
import { MountPoints } from "./mount-points.ts";
import type { Mounted } from "./mounts.ts";
import { outputPipe } from "./output-pipe.ts";
import { readSmall } from "./read-file.ts";
import { runPlan } from "./run-plan.ts";
import { type MountTools, type PreparedMounts, prepareMounts } from "./step-mounts.ts";

/** What running needs beside the step. */
export interface RunTools extends MountTools {
  readonly env: Environment;
  /** Path of berth-launch. */
  readonly launcher: string;
  readonly singleId: boolean;
  readonly ownProcesses: boolean;
  readonly signal: AbortSignal;
  /** Open a shell when the program has failed. */
  readonly debugShell: boolean;
}

/** A step that is to be run. */
export interface RunJob {
  readonly step: RunStep;
  readonly at: StepOrigin;
  readonly mounted: Mounted;
  /** The step's own folder. */
  readonly work: string;
  say(line: string): void;
}

/** How it ended. */
export interface RunEnd {
  readonly status: number;
  /** Its last lines, for an error. */
  readonly tail: string;
}

const MAX_DATABASE = 8 * 2 ** 20;
/** As many as a plan takes. */
const MAX_GROUPS = 64;
const HOST_FILES = ["/etc/resolv.conf", "/etc/hosts"];

/** Runs it to its end. The caller unmounts and then calls `forget` of the points given back. @throws E_STEP_START, E_STEP_USER */
export async function runStep(job: RunJob, tools: RunTools): Promise<RunEnd & { readonly points: MountPoints }> {
  const { step, at, mounted, work } = job;
  const account = stepAccount(step, at, mounted.root, tools);
  const points = new MountPoints(mounted.root);
  const prepared = await prepareMounts(step, at, work, tools);
  try {
    const hostFiles = HOST_FILES.filter(existsSync).map((target) => ({ source: target, target }));
    for (const dir of ["/proc", "/sys", "/dev"]) need(points.make(dir, "dir"), dir, at);
    for (const { target } of hostFiles) need(points.make(target, "file"), target, at);
    const apt = tools.singleId ? aptSettings(points) : [];
    for (const { path, kind } of prepared.points) need(points.make(path, kind), path, at);
    const plan = runPlan({
      ...tools,
      step,
      root: mounted.root,
      account,
      hostFiles,
      mounts: [...apt, ...prepared.records],
    });
    const end = await launch(await savePlan(plan, work), job, prepared, tools);
    if (end.status !== 0 && tools.debugShell) await openShell(plan, job, tools);
    return { ...end, points };
  } finally {
    try {
      points.remove();
    } finally {
      await prepared.end();
    }
  }
}

const APT_FOLDER = "/etc/apt/apt.conf.d";

// apt fetches as a user of its own and looks whether it became that user: with one id it cannot, and must not try. For the time
// of the step; nothing of it stays in the image.
function aptSettings(points: MountPoints): MountRecord[] {
  const target = `${APT_FOLDER}/99berth-one-user`;
  if (!points.hasFolder(APT_FOLDER) || !points.make(target, "file")) return [];
  return [{ op: "file", target, mode: 0o444, content: 'APT::Sandbox::User "root";\n' }];
}

function need(made: boolean, path: string, at: StepOrigin): void {
  const reason = `there is no place for ${path} in the image: something else is in the way`;
  if (!made) throw fail("E_STEP_START", { title: at.title, reason, frame: codeFrame(at) });
}

function stepAccount(step: RunStep, at: StepOrigin, root: string, { singleId }: RunTools): Account {
  const { user } = step;
  const database = (path: string) => readSmall(root, path, MAX_DATABASE)?.toString("utf8") ?? "";
  if (user === undefined || user === "") {
    const found = findAccount("0", database("/etc/passwd"), "");
    return { uid: 0, gid: 0, groups: [], home: "unknown" in found ? "/" : found.home };
  }
  const account = findAccount(user, database("/etc/passwd"), database("/etc/group"));
  const frame = codeFrame(at);
  if ("unknown" in account) {
    throw fail("E_STEP_USER", { user: account.unknown, title: at.title, file: account.file, frame });
  }
  if (!singleId && !(isMapped("uid", account.uid) && isMapped("gid", account.gid))) {
    throw fail("E_STEP_IDS", { title: at.title, uid: account.uid, gid: account.gid, frame });
  }
  return { ...account, groups: account.groups.filter((gid) => isMapped("gid", gid)).slice(0, MAX_GROUPS) };
}

function isMapped(kind: "uid" | "gid", id: number): boolean {
  return readFileSync(`/proc/self/${kind}_map`, "utf8")
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
    .some(([inside = 0, , count = 0]) => id >= inside && id < inside + count);
}

async function savePlan(plan: LaunchPlan, work: string): Promise<string> {
  const path = join(work, "plan");
  await writeFile(path, encodePlan(plan), { mode: 0o600 });
  return path;
}

// Same files, mounts, user and variables as the program that failed. What is changed in the shell is thrown away.
async function openShell(plan: LaunchPlan, { at, say, work }: RunJob, { launcher }: RunTools): Promise<void> {
  say(`${at.title} has failed: a shell in this state; leave it with "exit"`);
  const path = await savePlan({ ...plan, exec: "/bin/sh", argv: ["/bin/sh"] }, work);
  const child = spawn(launcher, ["--once", path], { stdio: "inherit", env: {}, cwd: "/" });
  await new Promise((resolve) => child.once("error", resolve).once("close", resolve));
}

async function launch(plan: string, job: RunJob, prepared: PreparedMounts, tools: RunTools): Promise<RunEnd> {
  const { step, at, say, work } = job;
  const variables = (step.secret ?? []).map((name) => Buffer.from(step.env[name] ?? ""));
  const lines = new Lines(say, [...prepared.secrets, ...variables]);
  const output = await outputPipe(work, tools.env);
  let input: FileHandle | undefined;
  try {
    input = await inputFile(step, work);
    tools.signal.throwIfAborted();
    const stdio = [input?.fd ?? ("ignore" as const), output.descriptor, output.descriptor];
    const child = spawn(tools.launcher, ["--once", plan], { stdio, env: {}, cwd: "/" });
    const [status] = await Promise.all([
      exitStatus(child, at, tools.signal),
      lines.read(output.stream),
      output.release(),
    ]);
    return { status, tail: lines.tail() };
  } finally {
    output.release();
    await input?.close();
  }
}

// A file and no pipe, so that the program can open it again by the name /dev/stdin.
async function inputFile({ input }: RunStep, work: string): Promise<FileHandle | undefined> {
  if (input === undefined) return undefined;
  const path = join(work, "input");
  await writeFile(path, input, { mode: 0o600 });
  const file = await open(path);
  await rm(path);
  return file;
}

function exitStatus(child: ChildProcess, at: StepOrigin, signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    // The namespace of its processes goes with it, and with the last of them the ends of the pipe.
    const stop = () => child.kill("SIGKILL");
    signal.addEventListener("abort", stop, { once: true });
    child.once("error", (error) => {
      const frame = codeFrame(at);
      reject(fail("E_STEP_START", { title: at.title, reason: error.message, frame }, { cause: error }));
    });
    child.once("close", (code, ended) => {
      signal.removeEventListener("abort", stop);
      if (signal.aborted) reject(signal.reason);
      else resolve(code ?? (ended === "SIGKILL" ? 137 : 128));
    });
  });
}
