// The cluster's own munged: a new key, and a socket in the cluster's folder. By it Slurm and the gateway know who asks.

import { randomBytes } from "node:crypto";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { until } from "../until.ts";
import { type Daemon, lastWords, startDaemon } from "./daemon.ts";
import { fail } from "./errors.ts";

/** A running munged. */
export interface Munge {
  readonly socket: string;
  readonly daemon: Daemon;
}

const FILES = { key: "key-file", socket: "socket", pid: "pid-file", log: "log-file", seed: "seed-file" } as const;

/** Starts munged in a new folder and waits until it answers. @throws E_CLUSTER_START */
export async function startMunge(
  dir: string,
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Munge> {
  await mkdir(dir);
  // Everybody has to reach the socket, and nobody may write beside it.
  await chmod(dir, 0o711);
  await writeFile(join(dir, "key"), randomBytes(64), { mode: 0o600 });
  // Paths are words of their own: by those a demo's processes are told apart from others'.
  const flags = Object.entries(FILES).flatMap(([file, name]) => [`--${name}`, join(dir, file)]);
  const words = ["munged", "--foreground", "--force", "--num-threads=2", ...flags];
  const daemon = await startDaemon(words, { env, log: join(dir, "words") });
  const socket = join(dir, "socket");
  const look = async () => ({ up: daemon.running(), answers: await answers(socket) });
  try {
    const seen = await until(look, ({ up, answers }) => answers || !up, { signal });
    if (seen.answers) return { socket, daemon };
    throw fail("E_CLUSTER_START", { what: "munged", reason: lastWords(join(dir, "words"), join(dir, "log")) });
  } catch (error) {
    await daemon.stop();
    throw error;
  }
}

function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    connection.once("connect", () => {
      connection.destroy();
      resolve(true);
    });
    connection.once("error", () => resolve(false));
  });
}
