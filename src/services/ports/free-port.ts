// Whether some program of this machine has a port.

import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";

/** True when one could listen on it now, on all addresses. */
export async function isPortFree(port: number, protocol: "tcp" | "udp"): Promise<boolean> {
  return protocol === "tcp" ? isFreeTcp(port) : isFreeUdp(port);
}

async function isFreeTcp(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen({ port, host: "0.0.0.0", exclusive: true });
    await once(server, "listening");
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

async function isFreeUdp(port: number): Promise<boolean> {
  const socket = createSocket("udp4");
  try {
    socket.bind({ port, exclusive: true });
    await once(socket, "listening");
    return true;
  } catch {
    return false;
  } finally {
    socket.close();
  }
}
