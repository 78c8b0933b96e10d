// What has to answer before a server is ready: the database, the folders, munge of every system.

import type { Munge } from "../gateway/auth/munge.ts";
import type { GatewayConfig } from "../site/gateway-config.ts";
import type { Store } from "../store/store.ts";
import { fail } from "./errors.ts";
import { checkFolder } from "./folders.ts";
import type { ReadyCheck } from "./health.ts";

export interface ReadyParts {
  readonly store: Pick<Store, "alive">;
  readonly munge: (socket: string) => Munge;
}

export function readyChecks(config: GatewayConfig, { store, munge }: ReadyParts): readonly ReadyCheck[] {
  return [
    {
      name: "database",
      async check() {
        if (!(await store.alive())) throw fail("E_SERVE_NOT_READY", { what: "the database does not answer" });
      },
    },
    { name: "workDir", check: () => checkFolder("the work folder", config.workDir) },
    { name: "cacheDir", check: () => checkFolder("the cache folder", config.cacheDir) },
    ...(config.authentication === "munge" ? mungeChecks(config, munge) : []),
  ];
}

function mungeChecks(config: GatewayConfig, munge: ReadyParts["munge"]): readonly ReadyCheck[] {
  return [...config.systems.values()].flatMap(({ name, mungeSocket }) => {
    if (mungeSocket === undefined) return [];
    const check = async (signal: AbortSignal) => void (await munge(mungeSocket).encode("", { signal, ttl: 1 }));
    return [{ name: `munge of ${name}`, check }];
  });
}
