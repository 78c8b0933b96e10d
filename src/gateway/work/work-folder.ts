// The server's own folder below the site's working folder: everything that its jobs make lies in it, so that one look at
// its owner tells whether any of it is still wanted. At start-up the folders of dead servers go.

import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseIdentity, selfIdentity, startTime } from "../../oci/store/process-identity.ts";

const PREFIX = "server-";
const OWNER = "owner.json";
/** Without a sign of life for so long a server of another machine counts as dead. */
const DEAD_MS = 10 * 60_000;

/** One server's folder. */
export interface WorkFolder {
  readonly path: string;
  /** Where the run-time of jobs may keep compiled code. */
  readonly compiled: string;
  /** Makes the folder of a job, empty. */
  job(id: string): Promise<string>;
  /** Removes what a job left. */
  clear(folder: string): Promise<void>;
  /** Shows servers of other machines that this one lives. */
  beat(): Promise<void>;
  /** Removes everything. */
  close(): Promise<void>;
}

/** Makes the folder of this server, `name` telling it from others of the same process. */
export async function openWorkFolder(workDir: string, name: string): Promise<WorkFolder> {
  const path = join(workDir, `${PREFIX}${name}`);
  await mkdir(path, { recursive: true, mode: 0o700 });
  await writeFile(join(path, OWNER), JSON.stringify(await selfIdentity()), { mode: 0o600 });
  return {
    path,
    compiled: join(path, "compiled"),
    async job(id) {
      const folder = join(path, id);
      await rm(folder, { recursive: true, force: true });
      await mkdir(folder, { mode: 0o700 });
      return folder;
    },
    clear: (folder) => rm(folder, { recursive: true, force: true }),
    async beat() {
      await utimes(join(path, OWNER), new Date(), new Date());
    },
    close: () => rm(path, { recursive: true, force: true }),
  };
}

/** Removes the folders of servers that are dead. Answers how many there were. */
export async function sweepWorkFolders(workDir: string): Promise<number> {
  let swept = 0;
  for (const name of await readdir(workDir).catch(() => [])) {
    if (!name.startsWith(PREFIX) || !(await isAbandoned(join(workDir, name)))) continue;
    await rm(join(workDir, name), { recursive: true, force: true });
    swept += 1;
  }
  return swept;
}

async function isAbandoned(folder: string): Promise<boolean> {
  const owner = parseIdentity(await readFile(join(folder, OWNER), "utf8").catch(() => ""));
  const seen = await stat(join(folder, OWNER)).catch(() => stat(folder).catch(() => undefined));
  const self = await selfIdentity();
  // By clocks of one file server: that of the folder and ours may differ, but not by minutes.
  const silent = seen === undefined || Date.now() - seen.mtimeMs > DEAD_MS;
  if (owner === undefined) return silent;
  if (owner.domain === self.domain) return (await startTime(owner.pid)) !== owner.start;
  // The same machine with another boot, hence another life. (Containers of one machine share the boot and may not see
  // each other's processes.)
  const sameMachine = owner.host === self.host;
  const rebooted = owner.domain.split(" ")[0] !== self.domain.split(" ")[0] && !owner.domain.startsWith("unknown ");
  return (sameMachine && rebooted) || silent;
}
