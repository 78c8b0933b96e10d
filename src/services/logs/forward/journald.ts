// Lines to systemd's journal, over the socket that programs' output goes to (as systemd-cat does): one connection for each
// service and stream, since a connection's greeting says whose lines they are.

import type { HeardLine } from "../collector.ts";
import { type Stream, streamTo } from "./stream.ts";
import type { Forwarder } from "./types.ts";

/** Where journald listens. */
export const JOURNAL_SOCKET = "/run/systemd/journal/stdout";

const INFORMATIONAL = 6;
const WARNING = 4;
/** Services that said nothing for the longest time lose their connection first. */
const CONNECTIONS = 1000;

/** Sends to journald at `socket`. */
export function toJournald(socket: string = JOURNAL_SOCKET): Forwarder {
  const streams = new Map<string, Stream>();
  let lost = 0;
  const streamOf = ({ stack, service, line }: HeardLine) => {
    const key = `${stack}/${service}/${line.stream}`;
    const known = streams.get(key);
    streams.delete(key);
    const stream = known ?? streamTo({ path: socket }, greeting(`${stack}/${service}`, line.stream));
    streams.set(key, stream);
    if (streams.size > CONNECTIONS) {
      const [[oldest, longest] = []] = streams;
      if (oldest !== undefined && longest) {
        streams.delete(oldest);
        void longest.close().then(() => {
          lost += longest.lost;
        });
      }
    }
    return stream;
  };
  return {
    send: (heard) => streamOf(heard).write(Buffer.from(`${heard.line.text}\n`)),
    get lost() {
      return [...streams.values()].reduce((sum, stream) => sum + stream.lost, lost);
    },
    close: async () => void (await Promise.all([...streams.values()].map((stream) => stream.close()))),
  };
}

// Seven lines: identifier, unit, priority, whether lines begin with a level of their own, and whether journald forwards
// them to syslog, the kernel's log and the console.
function greeting(identifier: string, stream: "stdout" | "stderr"): Buffer {
  const priority = stream === "stderr" ? WARNING : INFORMATIONAL;
  return Buffer.from(`${identifier}\n\n${priority}\n0\n0\n0\n0\n`);
}
