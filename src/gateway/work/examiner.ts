// The site's examiner (spec/shifter.md 3.5): `<examiner> <unpacked dir> <image id>`, without a shell; exit status 0 accepts
// the image, anything else refuses it. Its last lines are the reason. It runs below the job process, so that it counts
// towards the job's limits and ends with it.

import { type ChildProcess, spawn } from "node:child_process";
import { rm } from "node:fs/promises";
import { reasonOf } from "../../base/errors.ts";
import { fail } from "./errors.ts";
import type { ImageFacts, JobFrame, JobMessage } from "./job-messages.ts";
import { treeFolder } from "./make-file.ts";

const MAX_WORDS = 4096;
const LAST_WORDS_MS = 1000;

/** Shows the unpacked files to the examiner, if the site has one, and removes them. @throws E_WORK_EXAMINER */
export async function examineTree(
  { examiner, folder }: JobFrame,
  { id }: ImageFacts,
  { say, signal }: { say(message: JobMessage): void; readonly signal: AbortSignal },
): Promise<void> {
  if (examiner === undefined) return;
  const tree = treeFolder(folder);
  say({ type: "stage", status: "EXAMINATION", text: "Examining image" });
  await examine(examiner, [tree, id], signal);
  await rm(tree, { recursive: true, force: true });
}

async function examine(program: string, words: readonly string[], signal: AbortSignal): Promise<void> {
  const { PATH = "/usr/bin:/bin" } = process.env;
  const env = { PATH, LC_ALL: "C.UTF-8" };
  const child = spawn(program, words, {
    cwd: "/",
    env,
    stdio: ["ignore", "pipe", "pipe"],
    signal,
    killSignal: "SIGKILL",
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      said = (said + chunk).slice(-MAX_WORDS);
    });
  const ending = await endingOf(child);
  signal.throwIfAborted();
  if (ending === 0) return;
  if (child.pid === undefined) throw fail("E_WORK_EXAMINER", { reason: "the examiner could not be started" });
  const last = said.trim().split("\n").slice(-3).join(" / ").slice(-300);
  throw fail("E_WORK_EXAMINER", { reason: last || `it ended with ${ending}` });
}

// Its last words may come after it; but something that it left running may hold its streams open for ever.
function endingOf(child: ChildProcess): Promise<number | string> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(reasonOf(error)));
    child.once("exit", (code, killedBy) => {
      const ending = code ?? killedBy ?? "nothing";
      const late = setTimeout(() => resolve(ending), LAST_WORDS_MS);
      child.once("close", () => {
        clearTimeout(late);
        resolve(ending);
      });
    });
  });
}
