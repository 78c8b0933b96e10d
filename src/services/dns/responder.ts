// The sockets of the name server: UDP, and TCP for what does not fit into a datagram (RFC 7766).

import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { defineErrors } from "../../base/errors.ts";
import { answerQuery } from "./answer.ts";
import type { Zone } from "./zone.ts";

const fail = defineErrors({
  E_DNS_LISTEN: {
    text: "the name server cannot listen on {host}:{port}: {why}",
    hint: "another name server may have the port: give services.dns.listen an address of its own, or write a zoneFile instead",
  },
});

export interface DnsResponder {
  /** Of UDP and TCP alike. */
  readonly port: number;
  /** From now on it answers from this zone. */
  serve(zone: Zone): void;
  close(): Promise<void>;
}

const TCP_IDLE_MS = 5000;
const TCP_CONNECTIONS = 200;
/** Of one connection, waiting for its rest. */
const TCP_PENDING = 2 + 65_535;

/** Listens on both; port 0 takes a free one. @throws E_DNS_LISTEN */
export async function startResponder(
  address: { readonly host: string; readonly port: number },
  zone: Zone,
): Promise<DnsResponder> {
  const current = { zone };
  const udp = createSocket({ type: address.host.includes(":") ? "udp6" : "udp4" });
  const open = new Set<Socket>();
  const tcp = createServer((socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
    converse(socket, () => current.zone);
  });
  tcp.maxConnections = TCP_CONNECTIONS;
  try {
    tcp.listen(address.port, address.host);
    await once(tcp, "listening");
    // Nobody can be taken in while there are no descriptors; that passes.
    tcp.on("error", () => undefined);
    const port = portOf(tcp);
    udp.bind(port, address.host);
    await once(udp, "listening");
    answerDatagrams(udp, () => current.zone);
    return {
      port,
      serve: (next) => {
        current.zone = next;
      },
      close: () => close(udp, tcp, open),
    };
  } catch (error) {
    await close(udp, tcp, open);
    const why = error instanceof Error ? error.message : String(error);
    throw fail("E_DNS_LISTEN", { ...address, why }, { cause: error });
  }
}

function answerDatagrams(udp: UdpSocket, zone: () => Zone): void {
  udp.on("message", (query, from) => {
    // RFC 768 allows senders without a port; they want no answer, and cannot be sent one.
    if (from.port === 0) return;
    const answer = answerQuery(query, zone(), "udp");
    // Who cannot be reached does not get his answer; a name server has nobody to tell.
    if (answer) udp.send(answer, from.port, from.address, () => undefined);
  });
  udp.on("error", () => undefined);
}

function converse(socket: Socket, zone: () => Zone): void {
  let pending = Buffer.alloc(0);
  socket.setTimeout(TCP_IDLE_MS, () => socket.destroy());
  socket.on("error", () => socket.destroy());
  socket.on("data", (data) => {
    pending = Buffer.concat([pending, data]);
    for (let length = lengthOf(pending); length !== undefined; length = lengthOf(pending)) {
      const answer = answerQuery(pending.subarray(2, 2 + length), zone(), "tcp");
      pending = pending.subarray(2 + length);
      if (!answer) return socket.destroy();
      socket.write(Buffer.concat([lengthBytes(answer), answer]));
    }
    if (pending.length > TCP_PENDING || socket.writableLength > TCP_PENDING) socket.destroy();
  });
}

/** Of the message at the beginning, when all of it is there. */
function lengthOf(pending: Buffer): number | undefined {
  if (pending.length < 2) return undefined;
  const length = pending.readUInt16BE(0);
  return pending.length >= 2 + length ? length : undefined;
}

function lengthBytes({ length }: Buffer): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(length);
  return bytes;
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address ? address.port : 0;
}

async function close(udp: UdpSocket, tcp: Server, open: ReadonlySet<Socket>): Promise<void> {
  for (const socket of open) socket.destroy();
  await Promise.all([
    new Promise<void>((done) => {
      // What never listened calls back as well, with an error that means just that.
      tcp.close(() => done());
    }),
    new Promise<void>((done) => {
      udp.close(() => done());
    }),
  ]);
}
