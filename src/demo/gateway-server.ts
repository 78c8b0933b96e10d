// The gateway of the demo: its configuration, its process, and the people who ask it. Callers are believed what they say
// of themselves (`authentication: mock`): the demo has one account and shows two users.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fail } from "./errors.ts";
import type { Ran } from "./process.ts";
import type { BerthOptions, Stage } from "./stage.ts";

/** The people of the demo, by numbers that belong to nobody. */
export const PEOPLE = { alice: 70001, bob: 70002, carol: 70003 } as const;
export type Person = keyof typeof PEOPLE;

export interface RunningGateway {
  readonly url: string;
  /** Runs berth as one of them. */
  as(person: Person, args: readonly string[], options?: BerthOptions): Promise<Ran>;
  /** What the server wrote to its log. */
  log(): readonly string[];
  /** Ends it gracefully; the exit status. */
  stop(): Promise<number>;
}

/** The folder where the nodes of the demo's system would find images. */
export const IMAGES = "images";
const SYSTEM = "demo";

function configuration(registry: string): string {
  return `# Callers are believed what they say: for demonstrations and tests only.
server: {listen: "127.0.0.1:0", stateDir: gateway}
gateway:
  authentication: mock
  systems: {${SYSTEM}: {imageDir: ${IMAGES}, admins: [carol]}}
  registries: {site: {url: "${registry}", auth: basic}}
  pullUpdate: 5m
`;
}

/** Starts `berth serve` as the demo's user. @throws E_DEMO_SERVE */
export async function startGateway(stage: Stage, registry: string, login: string): Promise<RunningGateway> {
  const config = join(stage.folder, "site.yaml");
  await writeFile(config, configuration(registry), { mode: 0o644 });
  const lines: string[] = [];
  const end = new AbortController();
  let told: (url: string) => void = () => {};
  const serving = new Promise<string>((resolve) => {
    told = resolve;
  });
  const onLine = (line: string): void => {
    lines.push(line);
    const url = servingAt(line);
    if (url) told(url);
  };
  const ended = stage.berth(["serve", "--config", config], { onLine, signal: end.signal });
  // It may also end because the demo does; whoever waits hears of it.
  ended.catch(() => undefined);
  const url = await Promise.race([serving, ended.then(({ stderr }) => notServing(stderr))]);
  return {
    url,
    log: () => lines,
    as: (person, args, options = {}) =>
      stage.berth(args, { ...options, env: { ...variables(url, person, login), ...options.env } }),
    async stop() {
      end.abort();
      await ended.catch(() => undefined);
      return lines.some((line) => line.includes('"msg":"stopped"')) ? 0 : 1;
    },
  };
}

function variables(url: string, person: Person, login: string) {
  // Fields are parted by colons: those within one are written as %3A.
  const token = person === "alice" ? login.replaceAll("%", "%25").replaceAll(":", "%3A") : "";
  const number = PEOPLE[person];
  return {
    BERTH_GATEWAY: url,
    BERTH_SYSTEM: SYSTEM,
    BERTH_GATEWAY_CREDENTIAL: `good:${person}:${person}:${token}:${number}:${number}`,
  };
}

function servingAt(line: string): string | undefined {
  if (!line.includes('"msg":"serving"')) return undefined;
  const { url } = JSON.parse(line) as { readonly url?: unknown };
  return typeof url === "string" ? url : undefined;
}

function notServing(stderr: string): never {
  throw fail("E_DEMO_SERVE", { reason: stderr.trim().split("\n").slice(-3).join("; ") });
}
