// In a build's namespace programs leave files of ids that the caller has no say over outside. A folder that is handed to the
// caller must be the caller's: it can then be changed and removed like any other, and is the same wherever it was made.

import { chmodSync, lchownSync, lstatSync, readdirSync } from "node:fs";
import { setImmediate as breathe } from "node:timers/promises";
import { CALLER_VARIABLE, currentUser, type Environment } from "../platform/user.ts";

const BREATH = 1000;

/** Gives a folder and everything in it to the caller; outside the namespace, and for real root, there is nothing to do. */
export async function ownTree(root: string, env: Environment): Promise<void> {
  if (env[CALLER_VARIABLE] === undefined || currentUser().uid === 0) return;
  // Names are bytes: as text some would lose what they are.
  const waiting = [Buffer.from(root)];
  let count = 0;
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (count++ % BREATH === 0) await breathe();
    const stat = lstatSync(path);
    if (stat.uid !== 0 || stat.gid !== 0) {
      lchownSync(path, 0, 0);
      // A change of owner takes setuid bits away.
      if (!stat.isSymbolicLink()) chmodSync(path, stat.mode & 0o7777);
    }
    if (!stat.isDirectory()) continue;
    for (const name of readdirSync(path, { encoding: "buffer" }))
      waiting.push(Buffer.concat([path, Buffer.from("/"), name]));
  }
}
