// The gateway of the demo: its configuration, its process, and the people who ask it. Callers are believed what they say
// of themselves (`authentication: mock`): the demo has one account and shows two users.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Ran } from "./process.ts";
import { type ServingBerth, untilServing } from "./serving.ts";
import type { BerthOptions, Stage } from "./stage.ts";

/** The people of the demo, by numbers that belong to nobody. */
export const PEOPLE = { alice: 70001, bob: 70002, carol: 70003 } as const;
export type Person = keyof typeof PEOPLE;

export interface RunningGateway extends ServingBerth {
  /** Runs berth as one of them. */
  as(person: Person, args: readonly string[], options?: BerthOptions): Promise<Ran>;
}

/** The folder where the nodes of the demo's system would find images. */
export const IMAGES = "images";
const SYSTEM = "demo";

/** What the gateway of a demo is to know. */
export interface GatewayWishes {
  /** Address of its registry. */
  readonly registry: string;
  /** Alice's login there, `user:password`; left out: anybody may read. */
  readonly login?: string;
  /** Further lines of the site's configuration, first those of `gateway:`. */
  readonly more?: string;
}

function configuration({ registry, login, more = "" }: GatewayWishes): string {
  const auth = login === undefined ? "" : ", auth: basic";
  return `# Callers are believed what they say: for demonstrations and tests only.
server: {listen: "127.0.0.1:0", stateDir: gateway}
gateway:
  authentication: mock
  systems: {${SYSTEM}: {imageDir: ${IMAGES}, admins: [carol]}}
  registries: {site: {url: "${registry}"${auth}}}
  pullUpdate: 5m
${more}`;
}

/** Starts `berth serve` as the demo's user. @throws E_DEMO_SERVE */
export async function startGateway(stage: Stage, wishes: GatewayWishes): Promise<RunningGateway> {
  const config = join(stage.folder, "site.yaml");
  await writeFile(config, configuration(wishes), { mode: 0o644 });
  const serving = await untilServing((call) => stage.berth(["serve", "--config", config], call));
  return {
    ...serving,
    as: (person, args, options = {}) =>
      stage.berth(args, { ...options, env: { ...variables(serving.url, person, wishes.login), ...options.env } }),
  };
}

function variables(url: string, person: Person, login = "") {
  // Fields are parted by colons: those within one are written as %3A.
  const token = person === "alice" ? login.replaceAll("%", "%25").replaceAll(":", "%3A") : "";
  const number = PEOPLE[person];
  return {
    BERTH_GATEWAY: url,
    BERTH_SYSTEM: SYSTEM,
    BERTH_GATEWAY_CREDENTIAL: `good:${person}:${person}:${token}:${number}:${number}`,
  };
}
