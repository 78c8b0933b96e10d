// What a process and its children hold in memory right now, by /proc (proc(5)). Pages that several of them share count
// several times, which errs on the side of the machine.

import { readdir, readFile } from "node:fs/promises";

/** Bytes of resident memory of a process and everything below it; 0 when there is none. */
export async function treeMemory(pid: number): Promise<number> {
  let sum = 0;
  const seen = new Set<number>();
  for (let level = [pid]; level.length > 0; ) {
    const fresh = level.filter((one) => !seen.has(one));
    for (const one of fresh) seen.add(one);
    const parts = await Promise.all(
      fresh.map(async (one) => [await residentBytes(one), await childrenOf(one)] as const),
    );
    sum += parts.reduce((all, [bytes]) => all + bytes, 0);
    level = parts.flatMap(([, children]) => children);
  }
  return sum;
}

async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Number(/^VmRSS:\s*(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
}

// Each thread has a list of the processes that it started.
async function childrenOf(pid: number): Promise<readonly number[]> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const lists = await Promise.all(
    threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/children`, "utf8").catch(() => "")),
  );
  return lists.flatMap((list) => list.split(" ").filter(Boolean).map(Number));
}
