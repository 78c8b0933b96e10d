// What the table of the gateway (spec/shifter.md 10.6) is played on: a gateway over each kind of database, a registry that
// is open to all, one that asks everybody for a login, and one that knows logins and does not ask.

import { afterAll, beforeAll, describe } from "vitest";
import { hasSkopeo, push } from "../gateway-work/images.ts";
import { hasPostgres, startPostgres, type TestPostgres } from "../support/postgres.ts";
import { hasRegistry, startRegistry, type TestRegistry } from "../support/registry.ts";
import { type GatewaySetup, startGateway, type TestGateway } from "./gateway-process.ts";

export interface Site {
  readonly gateway: TestGateway;
  readonly open: TestRegistry;
  readonly vault: TestRegistry;
  readonly lounge: TestRegistry;
  /** Puts an image with this content under `name` (`repository:tag`) in a registry; answers the digest. */
  push(where: "open" | "vault" | "lounge", name: string, content: string): Promise<string>;
}

/** Good at `vault` and `lounge`. A mock credential has it for the default registry, `vault`. */
export const LOGIN = "ann:sesame";

/** Whether everything is installed that a site is made of. */
export const hasSite = hasRegistry && hasSkopeo;

/** Describes something of a gateway, once over SQLite and once over PostgreSQL. */
export function describeSite(what: string, setup: GatewaySetup, tests: (site: () => Site) => void): void {
  for (const database of ["SQLite", "PostgreSQL"] as const) {
    const missing = !hasSite || (database === "PostgreSQL" && !hasPostgres);
    describe.skipIf(missing)(`${what}, over ${database} [needs docker-registry, skopeo, PostgreSQL]`, () => {
      const closers: (() => Promise<void>)[] = [];
      let site: Site | undefined;
      beforeAll(async () => {
        site = await openSite(setup, database, (close) => closers.push(close));
      });
      afterAll(async () => {
        for (const close of closers.reverse()) await close();
      });
      tests(() => {
        if (!site) throw new Error("the site is not open yet");
        return site;
      });
    });
  }
}

async function openSite(
  setup: GatewaySetup,
  database: "SQLite" | "PostgreSQL",
  onClose: (close: () => Promise<void>) => void,
): Promise<Site> {
  const kept = async <T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
    const started = await starting;
    onClose(() => started.stop());
    return started;
  };
  const users = { ann: "sesame" };
  const registries = {
    open: await kept(startRegistry()),
    vault: await kept(startRegistry({ token: { users } })),
    lounge: await kept(startRegistry({ token: { users, anonymousPull: true } })),
  };
  const { open, vault, lounge } = registries;
  const postgres: TestPostgres | undefined = database === "SQLite" ? undefined : await kept(startPostgres());
  const locations = {
    vault: { remotetype: "dockerv2", url: vault.url },
    open: { remotetype: "dockerv2", url: open.url },
    lounge: { remotetype: "dockerv2", url: lounge.url },
    strange: { remotetype: "dockerv2", url: open.url, sslcacert: "/nonexistent/ca.pem" },
  };
  const own = { locations, database: await postgres?.createDatabase() };
  const gateway = await kept(startGateway({ ...own, ...setup }));
  const pushTo: Site["push"] = (where, name, content) => {
    const image = {
      layers: [{ entries: [{ path: "f", content }] }],
      config: { Env: ["PATH=/bin"], Labels: { alabel: "avalue" } },
    };
    return push(registries[where], name, image, where === "open" ? undefined : LOGIN);
  };
  return { gateway, ...registries, push: pushTo };
}
