// All ways out that the site wants.

import type { LogsConfig } from "../../../site/services/logs.ts";
import { toFile } from "./file.ts";
import { toJournald } from "./journald.ts";
import { toSyslog } from "./syslog.ts";
import type { Forwarder } from "./types.ts";

/** One forwarder for all that are configured. */
export function forwardTo({ file, syslog, journald }: Pick<LogsConfig, "file" | "syslog" | "journald">): Forwarder {
  const ways = [
    ...(file === undefined ? [] : [toFile(file)]),
    ...(syslog === undefined ? [] : [toSyslog(syslog)]),
    ...(journald ? [toJournald()] : []),
  ];
  return {
    send: (heard) => {
      for (const way of ways) way.send(heard);
    },
    get lost() {
      return ways.reduce((sum, way) => sum + way.lost, 0);
    },
    close: async () => void (await Promise.all(ways.map((way) => way.close()))),
  };
}
