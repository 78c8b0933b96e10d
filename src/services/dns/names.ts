// Keeps the names of services where people look for them: in our name server, a zone file, a hosts file.

import type { Log } from "../../base/log.ts";
import { publishFile } from "../../base/publish.ts";
import type { DnsConfig } from "../../site/services/dns.ts";
import { startResponder } from "./responder.ts";
import { hostsFile, makeZone, type NamedService, type Zone, zoneFile } from "./zone.ts";

/** The names as they are kept. */
export interface Names {
  /** From now on these services have names, and no others. */
  update(services: readonly NamedService[]): Promise<void>;
  close(): Promise<void>;
}

export interface NamesParts {
  readonly config: DnsConfig;
  /** Seconds since 1970. */
  readonly now: () => number;
  readonly log: Pick<Log, "warn">;
}

/** Begins to answer for the zone, with the services there are. @throws E_DNS_LISTEN */
export async function keepNames(
  { config, now, log }: NamesParts,
  services: readonly NamedService[] = [],
): Promise<Names> {
  let zone = makeZone(config, services, serialAfter(0, now()));
  const responder = config.listen?.kind === "tcp" ? await startResponder(config.listen, zone) : undefined;
  // The files may be of another time, and say names that are gone.
  let writing = write(config, zone, log);
  return {
    update(services) {
      const next = makeZone(config, services, zone.serial);
      if (sameRecords(next, zone)) return writing;
      zone = { ...next, serial: serialAfter(zone.serial, now()) };
      responder?.serve(zone);
      writing = writing.then(() => write(config, zone, log));
      return writing;
    },
    async close() {
      await responder?.close();
      await writing;
    },
  };
}

// RFC 1912, 2.2 allows any number that grows; the clock grows over restarts, too.
function serialAfter(serial: number, now: number): number {
  return Math.max(serial + 1, Math.floor(now)) % 2 ** 32;
}

function sameRecords(a: Zone, b: Zone): boolean {
  return zoneFile({ ...a, serial: 0 }) === zoneFile({ ...b, serial: 0 });
}

async function write({ zoneFile: zonePath, hostsFile: hostsPath }: DnsConfig, zone: Zone, log: Pick<Log, "warn">) {
  const files = [
    [zonePath, zoneFile(zone)],
    [hostsPath, hostsFile(zone)],
  ] as const;
  for (const [path, text] of files) {
    if (path === undefined) continue;
    // Names must not keep services from running; the next change writes the file anew.
    await publishFile(path, 0o644, async (file) => file.writeFile(text)).catch((error: unknown) =>
      log.warn(`names of services could not be written to ${path}: ${String(error)}`),
    );
  }
}
