// A whole site with a registry of its own: `berth serve` with a site.yaml, Debian's registry started with what the server
// wrote for it, and people with mock credentials who push with skopeo and pull with shifterimg.

import { join } from "node:path";
import { parse } from "yaml";
import { type Gateways, openGateways } from "../../src/gateway/client/gateways.ts";
import { asking, type Person } from "../gateway/person.ts";
import { makeSite, type ServeProcess, type SiteSetup } from "../server/site.ts";
import { freePort } from "../support/registry.ts";
import { run, type Said, skopeo } from "./clients.ts";
import { documented, documentedCommands } from "./documented.ts";
import { startBackend } from "./site-registry-world.ts";

const MAIN = join(import.meta.dirname, "../../src/main.ts");
const UIDS: Readonly<Record<string, number>> = { root: 0, anna: 62001, bob: 62002, eve: 62003 };

/** A site whose registry is the location `site`, the default; its team `physics` are anna (admin) and bob. */
export interface OwnSite {
  readonly dir: string;
  /** `127.0.0.1:PORT` */
  readonly host: string;
  readonly server: ServeProcess;
  /** Pushes the image of an OCI layout with skopeo. */
  push(user: string, layout: string, name: string): Promise<Said>;
  /** Runs berth as that person. */
  berth(user: string, ...words: string[]): Promise<Said>;
  /** Asks Shifter's routes as that person. */
  person(user: string): Person;
  /** The typed client as that person. */
  as(user: string): Gateways;
  stop(): Promise<void>;
}

/** Starts it, set up as docs/mirror.md shows it: the registry has a host name of its own, `localhost`. */
export async function startOwnSite(): Promise<OwnSite> {
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  const closers: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    const site = await makeSite();
    closers.push(() => site.remove());
    const { gateway, registry } = parse(
      documented("## The site's own registry", {
        "/run/berth/registry.sock": join(site.dir, "registry.sock"),
        "https://registry.example:5000": `http://localhost:${port}`,
        "registry.example": "localhost",
      }),
    ) as SiteSetup;
    await site.configure({ registry: registry ?? {}, gateway: { ...gateway, defaultRegistry: "site" } });
    const server = await site.serve("--listen", host);
    closers.push(() => server.stop());
    closers.push(await startBackend(join(site.dir, "state/registry"), join(site.dir, "registry.sock")));
    const as = (user: string) => {
      const gateways = clientOf(host, user);
      closers.push(() => gateways.close());
      return gateways;
    };
    const berth: OwnSite["berth"] = (user, ...words) =>
      run(process.execPath, [MAIN, ...words], surroundings(host, user, site.dir));
    for (const [, ...words] of documentedCommands("### Teams, namespaces, roles")) {
      const { status, said } = await berth(words.includes("users/anna") ? "anna" : "root", ...words);
      if (status !== 0) throw new Error(said);
    }
    return {
      ...{ dir: site.dir, host, server, as, berth, stop },
      person: (user) => asking(`http://${host}`, { authentication: credentialOf(user) }),
      push: (user, layout, name) =>
        skopeo(
          ...["copy", "-q", "--all", "--dest-tls-verify=false", "--dest-creds", `${user}:${credentialOf(user)}`],
          ...[`oci:${layout}`, `docker://localhost:${port}/${name}`],
        ),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What that person sends to say who he is. */
export function credentialOf(user: string): string {
  const uid = UIDS[user] ?? 65534;
  return `good:${user}:${user}::${uid}:${uid}`;
}

function clientOf(host: string, user: string): Gateways {
  return openGateways({
    gateways: [`http://${host}`],
    credential: async () => ({ authentication: credentialOf(user) }),
    certs: async () => ({ trust: [] }),
    timeoutMs: 0,
  });
}

function surroundings(host: string, user: string, home: string): Readonly<Record<string, string | undefined>> {
  return {
    ...{ PATH: process.env["PATH"], HOME: home, NO_COLOR: "1", BERTH_SITE_CONFIG: "", BERTH_UDIROOT: "" },
    ...{ BERTH_GATEWAY: `http://${host}`, BERTH_SYSTEM: "cluster", BERTH_GATEWAY_CREDENTIAL: credentialOf(user) },
  };
}
