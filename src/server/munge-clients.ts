// The server's clients of munged: one a socket, whoever asks, for the limits are munged's; through the native relay where
// it is installed.

import { dirname, join } from "node:path";
import { type Munge, openMunge, relayed } from "../gateway/auth/munge.ts";
import { openRelay, type Relay } from "../gateway/auth/munge-relay.ts";
import { canRun } from "../platform/access.ts";
import type { Environment } from "../platform/user.ts";

/** The clients, made as they are asked for. */
export interface MungeClients {
  of(socket: string): Munge;
  close(): void;
}

export function mungeClients(env: Environment): MungeClients {
  const clients = new Map<string, Munge>();
  const relays: Relay[] = [];
  const program = relayProgram(env);
  const open = (socket: string) => {
    if (program === undefined) return openMunge(socket);
    const relay = openRelay(program, socket);
    relays.push(relay);
    return openMunge(socket, relayed(relay));
  };
  return {
    of(socket) {
      const client = clients.get(socket) ?? open(socket);
      clients.set(socket, client);
      return client;
    },
    close() {
      for (const relay of relays) relay.close();
    },
  };
}

// Beside the folder of the packed modules; in a checkout, where it was built.
function relayProgram(env: Environment): string | undefined {
  const above = join(dirname(process.argv[1] ?? ""), "..");
  const dirs = [env["BERTH_LIBEXEC"], above, join(above, "build")];
  return dirs
    .filter((dir): dir is string => dir !== undefined && dir !== "")
    .map((dir) => join(dir, "berth-relay"))
    .find(canRun);
}
