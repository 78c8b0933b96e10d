// Which paths of the host are files for a person, asked by a process of his: his file systems may be served by programs of his
// own, which let the asker wait for ever, beyond all signals. Then nobody waits for that process any longer.

import { spawn } from "node:child_process";
import { asPerson } from "../as-person.ts";
import type { Person } from "../types.ts";

const ENVIRONMENT = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" };
const PATIENCE_MS = 3000;
const MAX_CHARS = 1 << 20;
const TYPE_BITS = 0o170000;
const REGULAR = 0o100000;

/** Those of the paths, free of newlines, that lead to regular files; what is not known in time counts as none. */
export async function filesForPerson(paths: readonly string[], person: Person): Promise<ReadonlySet<string>> {
  if (paths.length === 0) return new Set();
  const answer = await saidInTime(asPerson(["stat", "-L", "-c", "%f %n", "--", ...paths], person));
  const lines = answer.split("\n").map((line) => /^([0-9a-f]+) (.+)$/.exec(line));
  const files = lines.filter((found) => (Number.parseInt(found?.[1] ?? "0", 16) & TYPE_BITS) === REGULAR);
  return new Set(files.map((found) => found?.[2] ?? ""));
}

function saidInTime([program = "", ...words]: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    let said = "";
    const child = spawn(program, words, { stdio: ["ignore", "pipe", "ignore"], cwd: "/", env: ENVIRONMENT });
    const end = () => {
      clearTimeout(late);
      child.kill("SIGKILL");
      child.stdout.destroy();
      child.unref();
      resolve(said);
    };
    const late = setTimeout(end, PATIENCE_MS);
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      said += chunk;
      if (said.length > MAX_CHARS) end();
    });
    child.once("error", end).once("close", end);
  });
}
