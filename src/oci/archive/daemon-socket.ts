// Where a local engine listens: DOCKER_HOST, else the usual sockets of Docker and Podman, with and without root.

import { access, constants, stat } from "node:fs/promises";
import { type Environment, firstOf } from "../../platform/user.ts";
import { fail } from "./errors.ts";

/** An engine's address: a socket file or a host and port. */
export type DaemonAddress =
  | { readonly host: string; readonly socketPath: string }
  | { readonly host: string; readonly hostname: string; readonly port: number };

const DEFAULT = "unix:///var/run/docker.sock";

/** The address in the words of DOCKER_HOST. @throws E_DAEMON_HOST, E_DAEMON_SSH */
export function parseDaemonHost(host: string): DaemonAddress {
  const far = /^ssh:\/\/([^/]+)/.exec(host)?.[1];
  if (far) throw fail("E_DAEMON_SSH", { far: far.replace(/:[^@]*@/, "@") });
  const path = /^unix:\/\/(\/.+)$/.exec(host)?.[1];
  if (path) return { host, socketPath: path };
  const match = /^(?:tcp|http):\/\/([A-Za-z0-9.-]+|\[[0-9a-fA-F:.]+\]):(\d{1,5})\/?$/.exec(host);
  const port = Number(match?.[2] ?? 0);
  if (!match?.[1] || port < 1 || port > 65_535) throw fail("E_DAEMON_HOST", { host });
  return { host, hostname: match[1].replace(/^\[|\]$/g, ""), port };
}

/** The engine to ask: the one named, else the first socket that may be used, else one that exists, else Docker's default. @throws E_DAEMON_HOST */
export async function findDaemon(env: Environment, uid: number, named?: string): Promise<DaemonAddress> {
  const told =
    named || firstOf(env, "BERTH_DOCKER_HOST", "APPTAINER_DOCKER_HOST", "SINGULARITY_DOCKER_HOST", "DOCKER_HOST");
  if (told) return parseDaemonHost(told);
  const run = firstOf(env, "XDG_RUNTIME_DIR") ?? `/run/user/${uid}`;
  const sockets = [
    "/var/run/docker.sock",
    `${run}/docker.sock`,
    `${run}/podman/podman.sock`,
    "/run/podman/podman.sock",
  ];
  const there: string[] = [];
  for (const socketPath of sockets) {
    const found = await stat(socketPath).catch(() => undefined);
    if (found?.isSocket()) there.push(socketPath);
  }
  // Many machines have an engine for its administrators only, and each user's own beside it.
  const usable = await Promise.all(there.map(isOpen));
  const socketPath = there.find((_, at) => usable[at]) ?? there[0];
  return socketPath === undefined ? parseDaemonHost(DEFAULT) : { host: `unix://${socketPath}`, socketPath };
}

function isOpen(path: string): Promise<boolean> {
  return access(path, constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  );
}
