// The output of services, connected: collected from the engine into files, and sent on.

import { join } from "node:path";
import { startCollector } from "../../services/logs/collector.ts";
import { forwardTo } from "../../services/logs/forward/forward.ts";
import { type LogBook, logBook } from "../../services/logs/log-book.ts";
import { LABELS } from "../../services/types.ts";
import type { EngineLink } from "./engine-link.ts";
import type { HouseParts } from "./house.ts";

/** Logs under way. */
export interface ServiceLogs {
  readonly logs: LogBook;
  /** Lines of output that were not taken in time where they are sent to. */
  readonly linesLost: () => number;
  close(): Promise<void>;
}

/** Collects what containers of this site print, and sends it on where the site wants it. */
export function openLogs(
  { config, stateDir, log, store }: HouseParts,
  { live, engine }: Pick<EngineLink, "live" | "engine">,
): ServiceLogs {
  const folder = join(stateDir, "service-logs");
  const collector = startCollector({
    ...{ folder, engine, log, keepBytes: () => config().logs.keepBytes },
    containers: {
      all: () =>
        live.all().flatMap(({ id, labels, status, startedAt }) => {
          const [stack, service] = [labels[LABELS.stack], labels[LABELS.service]];
          if (stack === undefined || service === undefined || status === "created") return [];
          const slot = Number(labels[LABELS.slot] ?? 1);
          return [{ id, stack, service, slot, running: status === "running", run: startedAt }];
        }),
      watch: (listener) => live.watch(() => listener()),
    },
  });
  const forwarder = forwardTo(config().logs);
  collector.listen((heard) => forwarder.send(heard));
  return {
    logs: logBook({ folder, collector, now: store.now }),
    linesLost: () => forwarder.lost,
    async close() {
      await collector.close();
      await forwarder.close();
    },
  };
}
