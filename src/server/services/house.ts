// Services put together: what lives as long as the server. The engine may come later; records, lists and sign-in do not wait
// for it. The only file that knows all rooms of services.

import { createHash } from "node:crypto";
import { rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Accounts } from "../../accounts/index.ts";
import { hasCode } from "../../base/errors.ts";
import { verdictBook } from "../../gate/verdict-book.ts";
import type { NameService } from "../../gateway/auth/name-service.ts";
import { judgeStack } from "../../policy/judgements.ts";
import { withRealPaths } from "../../policy/real-paths.ts";
import { judgeStackLaunches } from "../../policy/stack-launches.ts";
import { openCheckInTokens } from "../../services/idle/check-in-key.ts";
import {
  CHECK_IN_FILE,
  CHECK_IN_MODE,
  type CheckInTokens,
  type CheckInWay,
  checkInText,
} from "../../services/idle/check-in-token.ts";
import { IdleKeeper } from "../../services/idle/idle-keeper.ts";
import type { LogBook } from "../../services/logs/log-book.ts";
import { isPortFree } from "../../services/ports/free-port.ts";
import { type Ports, portOffice } from "../../services/ports/port-office.ts";
import { type Quotas, quotaOffice } from "../../services/quotas/quota-office.ts";
import type { Routes } from "../../services/routes/routes.ts";
import { openKeyring } from "../../services/secrets/keyring.ts";
import { type SecretBook, secretBook } from "../../services/secrets/secret-book.ts";
import { secretFiles } from "../../services/secrets/secret-files.ts";
import { openStacks } from "../../services/stacks/open-stacks.ts";
import { readRecipe } from "../../services/stacks/read-recipe.ts";
import type { Judge, Stacks } from "../../services/stacks/types.ts";
import { type Webhooks, webhookBook } from "../../services/webhooks/webhooks.ts";
import type { ServicesConfig } from "../../site/services/services.ts";
import type { Store } from "../../store/store.ts";
import { verdictFindings } from "../gate/stack-verdicts.ts";
import type { Logger } from "../logger.ts";
import { EngineLink } from "./engine-link.ts";
import { openLogs } from "./open-logs.ts";
import { ownedSecrets } from "./owned-secrets.ts";
import { openProxies } from "./proxies.ts";
import { registryLogins } from "./registry-logins.ts";
import { ServiceNames } from "./service-names.ts";
import { openSpin, type Spin } from "./spin.ts";
import { stackFacts } from "./stack-facts.ts";
import { tellPort } from "./tell-port.ts";
import { tidyPeriodically } from "./tidy.ts";

/** What services are opened with. */
export interface HouseParts {
  /** The configuration that counts at the moment. */
  readonly config: () => ServicesConfig;
  /** The accounts that count at the moment. */
  readonly accounts: () => Accounts;
  readonly store: Store;
  /** Name of this server: the same after a restart. */
  readonly server: string;
  readonly names: NameService;
  readonly stateDir: string;
  readonly runtimeDir: string | undefined;
  readonly root: boolean;
  /** Words that start `berth`. */
  readonly program: readonly string[];
  /** Where this server listens, for containers that report to it. */
  readonly port: number | undefined;
  readonly log: Logger;
}

/** The rooms of services, open. */
export interface House {
  readonly link: EngineLink;
  readonly stacks: Stacks;
  readonly idle: IdleKeeper;
  readonly secrets: SecretBook;
  readonly quotas: Quotas;
  readonly ports: Ports;
  readonly logs: LogBook;
  /** Lines of output that the log server, the journal or the file did not take in time. */
  readonly linesLost: () => number;
  readonly webhooks: Webhooks;
  /** Undefined: the site has no proxy. */
  readonly routes: Routes | undefined;
  readonly spin: Spin;
  /** Goes on with what a server before this one left under way, as soon as the engine is there. */
  begin(): void;
  /** What runs already follows a configuration that changed. */
  configured(): void;
  /** No new operations; those under way end or are left to others. */
  stopWork(): Promise<void>;
  close(): Promise<void>;
}

/** Opens all of it. @throws E_SECRET_KEY, E_CHECK_IN_KEY, E_ROUTES_…, E_ENGINE_FILE, E_SPIN_… */
export async function openHouse(parts: HouseParts): Promise<House> {
  const closing: (() => Promise<void>)[] = [];
  const close = async () => {
    let failure: unknown;
    // One that does not end well must not leave those behind it open.
    for (const end of closing.splice(0).reverse())
      await end().catch((error: unknown) => {
        failure ??= error;
      });
    if (failure !== undefined) throw failure;
  };
  try {
    return { ...(await open(parts, (end) => closing.push(end))), close };
  } catch (error) {
    await close();
    throw error;
  }
}

type OnClose = (end: () => Promise<void>) => void;

/** Rooms that know each other: each is asked only after all of them are open. */
interface Late {
  stacks?: Stacks;
  idle?: IdleKeeper;
  routes?: Routes | undefined;
}

function linkEngine(
  parts: HouseParts,
  {
    late,
    secrets,
    tokens,
    way,
  }: {
    readonly late: Late;
    readonly secrets: SecretBook;
    readonly tokens: CheckInTokens;
    readonly way: () => CheckInWay;
  },
): Promise<EngineLink> {
  const { config, log, stateDir } = parts;
  return EngineLink.open({
    ...{ config: config().engine, site: config().name, runtimeDir: parts.runtimeDir, log },
    credentials: registryLogins(() => config().registries),
    folders: { secrets: secretsFolder(parts), configs: join(stateDir, "service-configs") },
    secrets: ownedSecrets({
      ...{ book: secrets, files: secretFiles(secrets) },
      ownerOf: async (stack) => (await known(late.stacks).show(stack)).owner,
    }),
    checkIn: {
      ...{ target: CHECK_IN_FILE, mode: CHECK_IN_MODE },
      text: (stack, name) => checkInText(tokens.of({ stack, name }), way()),
    },
    traffic: {
      drain: async (containers, wait) => late.routes?.traffic.drain(containers, wait),
      restore: (container) => late.routes?.traffic.restore(container),
    },
  });
}

async function open(parts: HouseParts, onClose: OnClose): Promise<Omit<House, "close">> {
  const { config, store, log } = parts;
  const keyring = await openKeyring(config().secretKeyFile);
  const secrets = secretBook(store, keyring);
  const webhooks = webhookBook(store, keyring);
  const tokens = await openCheckInTokens(config().secretKeyFile);
  const checkInWay = () => ({ port: parts.port, url: config().idle.checkInUrl });
  const ports = portOffice({ store, policy: () => config().policy, isFree: isPortFree });
  const quotas = quotaOffice({ store, config: () => config().quotas });
  const late: Late = {};
  const link = await linkEngine(parts, { late, secrets, tokens, way: checkInWay });
  onClose(async () => {
    await link.close();
    await removeIfEmpty(secretsFolder(parts));
  });
  const stacks = openStacks({
    ...{ store, ports, log, server: parts.server, driver: link.driver, read: readRecipe },
    judge: judgeWith(parts, { link, ports, secrets, stacks: () => known(late.stacks), routes: () => late.routes }),
    quota: quotas.check,
    tags: () => config().tags,
    tell: { idle: (stack, service) => late.idle?.state(stack, service), port: tellPort(config) },
  });
  late.stacks = stacks;
  const idle = await IdleKeeper.open({ store, stacks, log, engine: link.engine, config: () => config().idle });
  late.idle = idle;
  onClose(() => idle.close());
  const { logs, linesLost, close: closeLogs } = openLogs(parts, link);
  onClose(closeLogs);
  const { dns } = config();
  const names = dns && (await ServiceNames.open({ config: dns, stacks, now: store.now, log }));
  if (names) onClose(() => names.close());
  onClose(tidyPeriodically({ ...tidied(parts), logs, webhooks, stacks }));
  const proxies = await openProxies(parts, { link, stacks, idle });
  late.routes = proxies?.routes;
  if (proxies) onClose(() => proxies.close());
  const spin = await openSpin(parts, { link, idle, tokens, way: checkInWay });
  onClose(() => spin.close());
  const stop = new AbortController();
  return {
    ...{ link, stacks, idle, secrets, quotas, ports, logs, linesLost, webhooks, spin, routes: proxies?.routes },
    begin() {
      goOn({ link, stacks, begin: () => proxies?.begin() }, stop.signal).catch((error: unknown) => {
        if (!stop.signal.aborted) log.error({ err: error }, "what was under way could not be taken up");
      });
    },
    configured() {
      idle.configured();
      spin.configured();
    },
    async stopWork() {
      stop.abort();
      await stacks.close({ withinMs: 5_000 });
    },
  };
}

function tidied({ accounts, config, store, log }: HouseParts) {
  const keepRemovedSeconds = () => config().logs.keepRemovedSeconds;
  return { sessions: () => accounts().sessions, keepRemovedSeconds, now: store.now, log };
}

async function goOn(
  { link, stacks, begin }: { readonly link: EngineLink; readonly stacks: Stacks; begin(): Promise<void> | undefined },
  signal: AbortSignal,
): Promise<void> {
  await link.ready(signal);
  signal.throwIfAborted();
  await stacks.recover();
  await begin();
}

function known<T>(room: T | undefined): T {
  if (room === undefined) throw new TypeError("a room of services was asked before all of them were open");
  return room;
}

// In memory only: /run is, and what lies there goes with the machine's power. Two servers on one machine do not meet.
function secretsFolder({ config, stateDir, runtimeDir, root }: HouseParts): string {
  const mark = createHash("sha256").update(stateDir).digest("hex").slice(0, 8);
  // Not /run/berth: that is the gateway unit's, which removes it when it stops.
  const place = root ? "/run/berth-services" : join(runtimeDir ?? stateDir, "berth");
  return join(place, `${config().name}-${mark}`, "secrets");
}

// What containers still see is in there; an empty folder is nobody's, and is made anew when it is needed.
async function removeIfEmpty(folder: string): Promise<void> {
  for (const one of [folder, dirname(folder)]) await rmdir(one).catch(() => undefined);
}

function judgeWith(
  { config, accounts, store }: HouseParts,
  rooms: {
    readonly link: EngineLink;
    readonly ports: Ports;
    readonly secrets: SecretBook;
    readonly stacks: () => Stacks;
    readonly routes: () => Routes | undefined;
  },
): Judge {
  const stack = async (name: string) => {
    const found = await rooms
      .stacks()
      .show(name)
      .catch((error: unknown) => {
        // Whose a stack is that could not be looked up must stay unknown: it would be anybody's.
        if (hasCode(error, "E_STACK_NONE")) return undefined;
        throw error;
      });
    return found && { tags: found.tags, services: found.services.map((service) => service.name) };
  };
  return async (judgement) => {
    const { policy, accounts: lists, verdicts } = config();
    const { directory } = accounts();
    const { ports, secrets, link } = rooms;
    const sources = {
      ...{ directory, accounts: lists, policy, ports, secrets, stack, engine: link.engine, now: store.now },
      containers: (name: string) => link.live.byStack(name),
      routes: () => rooms.routes()?.table() ?? [],
    };
    const facts = await stackFacts(sources, judgement);
    const findings = [
      ...judgeStack(judgement.spec, facts, policy, judgement.places),
      ...judgeStackLaunches(judgement.spec, policy, { now: facts.now }, judgement.places),
      ...(verdicts ? await verdictFindings(judgement.images, verdictBook(store), verdicts) : []),
    ];
    return { findings, spec: withRealPaths(judgement.spec, facts) };
  };
}
