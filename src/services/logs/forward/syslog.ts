// Lines to a syslog server: RFC 5424 messages, over UDP (RFC 5426) one a datagram, over TCP (RFC 6587) each with its length
// in front.

import { createSocket } from "node:dgram";
import { hostname } from "node:os";
import type { HeardLine } from "../collector.ts";
import { type Stream, streamTo } from "./stream.ts";
import type { Forwarder } from "./types.ts";

/** Facility `local0`. */
const FACILITY = 16;
const INFORMATIONAL = 6;
const WARNING = 4;
/** RFC 5426, 3.2: what every receiver should take. */
const DATAGRAM_BYTES = 2048;
/** Each waits for the server's name to be looked up, which may take long. */
const DATAGRAMS = 1000;

/** One message: RFC 5424, 6. */
export function syslogMessage({ stack, service, line }: HeardLine, host: string): string {
  const priority = FACILITY * 8 + (line.stream === "stderr" ? WARNING : INFORMATIONAL);
  // Six digits of a second at most (6.2.3).
  const time = line.stamp.replace(/(\.\d{6})\d*Z$/, "$1Z");
  const app = `${stack}/${service}`.replace(/[^\x21-\x7e]/g, "_").slice(0, 48);
  return `<${priority}>1 ${time} ${host} ${app} ${line.container} ${line.slot} - ${line.text}`;
}

/** Sends to a server; its name is looked up when it is sent to. */
export function toSyslog(at: {
  readonly protocol: "udp" | "tcp";
  readonly host: string;
  readonly port: number;
}): Forwarder {
  const host = hostname().replace(/[^\x21-\x7e]/g, "_") || "-";
  return at.protocol === "tcp" ? overTcp(at, host) : overUdp(at, host);
}

function overTcp(at: { readonly host: string; readonly port: number }, host: string): Forwarder {
  const stream: Stream = streamTo(at);
  return {
    send: (heard) => {
      const message = Buffer.from(syslogMessage(heard, host));
      stream.write(Buffer.concat([Buffer.from(`${message.length} `), message]));
    },
    get lost() {
      return stream.lost;
    },
    close: () => stream.close(),
  };
}

function overUdp({ host: server, port }: { readonly host: string; readonly port: number }, host: string): Forwarder {
  const socket = createSocket(server.includes(":") ? "udp6" : "udp4");
  socket.on("error", () => {});
  socket.unref();
  let lost = 0;
  let underWay = 0;
  return {
    send: (heard) => {
      if (underWay >= DATAGRAMS) {
        lost += 1;
        return;
      }
      underWay += 1;
      const message = Buffer.from(syslogMessage(heard, host)).subarray(0, DATAGRAM_BYTES);
      socket.send(message, port, server, (error) => {
        underWay -= 1;
        if (error) lost += 1;
      });
    },
    get lost() {
      return lost;
    },
    close: () =>
      new Promise((done) => {
        socket.close(() => done());
      }),
  };
}
