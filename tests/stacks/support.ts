// A berth's room of stacks over a real engine, without a server around it: what the tests of this folder begin with.

import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silent } from "../../src/base/log.ts";
import type { CheckInFiles } from "../../src/services/driver/check-in-file.ts";
import { type DockerDriver, openDockerDriver } from "../../src/services/driver/docker-driver.ts";
import { connectEngine, LiveContainers } from "../../src/services/engine/index.ts";
import type { Engine } from "../../src/services/engine/types.ts";
import { openStacks } from "../../src/services/stacks/open-stacks.ts";
import { readRecipe } from "../../src/services/stacks/read-recipe.ts";
import type { PortOffice, RegistryCredentials, SecretFiles, Stacks, Traffic } from "../../src/services/stacks/types.ts";
import type { StackWish } from "../../src/services/types.ts";
import { openStore } from "../../src/store/open-store.ts";
import type { Store } from "../../src/store/store.ts";

export const FRED = { uid: 1000, user: "fred" };

/** What a test may replace. */
export interface Choices {
  readonly socket: string;
  readonly dir: string;
  readonly site?: string;
  readonly database?: string;
  readonly secrets?: SecretFiles;
  readonly traffic?: Traffic;
  readonly ports?: PortOffice;
  readonly server?: string;
  readonly credentials?: RegistryCredentials;
  readonly checkIn?: CheckInFiles;
}

export interface Rig {
  readonly stacks: Stacks;
  readonly driver: DockerDriver;
  readonly engine: Engine;
  readonly live: LiveContainers;
  readonly store: Store;
  close(): Promise<void>;
}

/** Gives out the ports from `first` on; below those that the kernel gives to whoever wants any. */
export function simplePorts(first = () => 21_100): PortOffice {
  return {
    async choose({ wishes, held, avoid }) {
      let next = first();
      const free = () => {
        while (avoid.includes(next) || Object.values(held).includes(next)) next += 1;
        return next++;
      };
      return Object.fromEntries(wishes.map(({ key, host }) => [key, host ?? held[key] ?? free()]));
    },
    release: async () => {},
  };
}

const NO_SECRETS: SecretFiles = { filesFor: async () => [] };
const NO_TRAFFIC: Traffic = { drain: async () => {} };

export async function openRig(choices: Choices): Promise<Rig> {
  const { socket, dir, site = "test", secrets = NO_SECRETS, traffic = NO_TRAFFIC, ports = simplePorts() } = choices;
  const engine = connectEngine({ address: `unix://${socket}`, timeoutMs: 20_000 });
  const live = new LiveContainers({ engine, site });
  await live.ready();
  const folders = { secrets: join(dir, "secrets"), configs: join(dir, "configs") };
  const { credentials, checkIn } = choices;
  const info = await engine.info();
  const driver = openDockerDriver({ engine, site, live, folders, secrets, traffic, info, credentials, checkIn });
  const store = await openStore(`sqlite:${join(dir, choices.database ?? "berth.db")}`, {
    now: () => Date.now() / 1000,
  });
  const stacks = openStacks({
    ...{ store, driver, ports, log: silent, read: readRecipe, server: choices.server ?? "s1" },
    judge: async ({ spec }) => ({ spec, findings: [] }),
    quota: async () => {},
  });
  const close = async () => {
    await stacks.close({ withinMs: 1000 });
    driver.close();
    await live.close();
    await store.close();
  };
  return { stacks, driver, engine, live, store, close };
}

/** A folder for one test file. */
export async function scratch(): Promise<{ readonly dir: string; remove(): Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), "berth-stacks-"));
  return { dir, remove: () => rm(dir, { recursive: true, force: true }) };
}

/** A wish of one compose file. */
export function wish(name: string, text: string, tags: Readonly<Record<string, string>> = {}): StackWish {
  const files = [{ name: "compose.yml", text }];
  return { name, files, compose: ["compose.yml"], variables: {}, profiles: [], tags: { owner: "fred", ...tags } };
}

/** A name that no other test has. */
export function someName(prefix = "s"): string {
  return `${prefix}${randomBytes(4).toString("hex")}`;
}

/** Deploys to the end; throws what kept it from that. */
export async function deployed(stacks: Stacks, wanted: StackWish) {
  const answer = await stacks.up(wanted, FRED);
  if (!answer.begun) throw new Error(JSON.stringify([answer.proposal.notes, answer.proposal.findings]));
  return stacks.ended(answer.deployment.id);
}

/** Resolves when something holds. */
export async function until(what: () => Promise<boolean> | boolean, seconds = 90): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await what())) {
    if (Date.now() > end) throw new Error(`it did not come true: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}
