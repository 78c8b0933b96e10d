// Who listens on a port of this machine, from /proc. Asking the port itself would not tell whose answer it is.

import { readdirSync, readlinkSync } from "node:fs";
import { readIfAny } from "../../platform/access.ts";

/** A listening socket. */
export interface Listener {
  readonly uid: number;
  readonly inode: string;
}

const LISTENING = "0A";

/** The sockets that listen on this TCP port, of this network namespace. */
export function listeners(port: number): readonly Listener[] {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  return ["/proc/self/net/tcp", "/proc/self/net/tcp6"].flatMap((file) =>
    readIfAny(file)
      .split("\n")
      .map((line) => line.trim().split(/\s+/))
      .filter(([, local, , state]) => state === LISTENING && local?.endsWith(`:${hex}`))
      .map((fields) => ({ uid: Number(fields[7]), inode: fields[9] ?? "" })),
  );
}

/** True when the process has one of the sockets open. */
export function holdsOne(pid: number, sockets: readonly Listener[]): boolean {
  const wanted = new Set(sockets.map(({ inode }) => `socket:[${inode}]`));
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).some((name) => wanted.has(linkOf(`${folder}/${name}`)));
  } catch {
    return false;
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}
