// The site's examiner (spec/shifter.md 3.5): `<examiner> <unpacked dir> <image id>`, without a shell; exit status 0 accepts
// the image, anything else refuses it. Its last line is the reason.

import { spawn } from "node:child_process";
import { reasonOf } from "../../base/errors.ts";
import { fail } from "./errors.ts";

const MAX_WORDS = 4096;

export interface Examination {
  readonly program: string;
  readonly tree: string;
  readonly id: string;
  readonly signal: AbortSignal;
}

/** @throws E_WORK_EXAMINER when it refuses the image or cannot be run; the signal's reason */
export async function examine({ program, tree, id, signal }: Examination): Promise<void> {
  const { PATH = "/usr/bin:/bin" } = process.env;
  // In a group of its own, so that whatever it starts ends with it.
  const child = spawn(program, [tree, id], {
    cwd: "/",
    detached: true,
    env: { PATH, LC_ALL: "C.UTF-8" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const kill = () => killGroup(child.pid);
  signal.addEventListener("abort", kill, { once: true });
  let words = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      words = (words + chunk).slice(-MAX_WORDS);
    });
  const ending = await new Promise<number | string>((resolve) => {
    child.once("error", (error) => resolve(reasonOf(error)));
    child.once("close", (code, killedBy) => resolve(code ?? killedBy ?? "nothing"));
  });
  signal.removeEventListener("abort", kill);
  kill();
  signal.throwIfAborted();
  if (ending === 0) return;
  if (child.pid === undefined) throw fail("E_WORK_EXAMINER", { reason: "the examiner could not be started" });
  const last = words.trim().split("\n").slice(-3).join(" / ").slice(-300);
  throw fail("E_WORK_EXAMINER", { reason: last || `it ended with ${ending}` });
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Nobody is left in it.
  }
}
