// From a `site.yaml` that fits its schema to the configuration: defaults filled in, units read, names that point to each
// other checked. Pure but for asking what this machine's processor is. Knows nothing of where the values came from.

import { dirname, join, resolve } from "node:path";
import type { Environment, User } from "../platform/user.ts";
import { stateDir } from "../platform/user.ts";
import { type AdvisoriesConfig, resolveAdvisories } from "./advisories.ts";
import type { Path } from "./config-document.ts";
import { bytesOf, type Findings, findings, msOf } from "./findings.ts";
import { resolveGate } from "./gate.ts";
import type { GatewayConfig } from "./gateway-config.ts";
import { resolveLocations } from "./resolve-locations.ts";
import { resolveRegistry, withOwn } from "./resolve-registry.ts";
import { resolveSystems } from "./resolve-systems.ts";
import type { ServerConfig, SiteRegistryConfig } from "./server-config.ts";
import { resolveServices, type ServicesConfig } from "./services/services.ts";
import type { GatewayFile, SiteFile } from "./site-schema.ts";
import { parseDatabase, parseListen } from "./units.ts";

/** What a configuration is read with besides its text. */
export interface Surroundings {
  /** Absolute path of the file; relative paths in it begin at its folder. */
  readonly file: string;
  /** Folder where relative paths in `imagemanager.json` begin. */
  readonly cwd: string;
  readonly env: Environment;
  readonly user: User;
}

export interface Resolved {
  readonly server: ServerConfig;
  readonly gateway: GatewayConfig;
  readonly registry: SiteRegistryConfig | undefined;
  readonly services: ServicesConfig | undefined;
  readonly advisories: AdvisoriesConfig;
  readonly found: Findings;
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const GIB = 1024 ** 3;

/** Completes and checks a file. One without a gateway gets one that keeps images for no system. */
export function resolveSite(file: SiteFile, around: Surroundings): Resolved {
  const found = findings();
  const server = resolveServer(file.server ?? {}, around, found);
  const at = (relative: string) => resolve(dirname(around.file), relative);
  const resolved = resolveGateway(file.gateway ?? { systems: {} }, server.stateDir, around, found);
  const registry = resolveRegistry(file.registry, server.stateDir, at, found);
  const services = resolveServices(file.services, { at, stateDir: server.stateDir, env: around.env, found });
  const advisories = resolveAdvisories(file.advisories, { at, stateDir: server.stateDir, found });
  const gate = resolveGate(file.gateway?.policy, advisories, { at, stateDir: server.stateDir, found });
  const locations = registry ? withOwn(resolved.locations, registry) : resolved.locations;
  const gateway = { ...resolved, locations, ...(gate ? { gate } : {}) };
  return { server, gateway, registry, services, advisories, found };
}

function resolveServer(
  file: NonNullable<SiteFile["server"]>,
  { file: path, env, user }: Surroundings,
  found: Findings,
): ServerConfig {
  const at = (relative: string) => resolve(dirname(path), relative);
  const state = file.stateDir === undefined ? defaultState(env, user) : at(file.stateDir);
  const listen = parseListen(env["BERTH_LISTEN"] || file.listen || "0.0.0.0:5000");
  if (!listen)
    found.wrong(["server", "listen"], "is no address", 'write "host:port", such as 0.0.0.0:5000, or unix:/path');
  const passwordFile = file.databasePasswordFile === undefined ? undefined : at(file.databasePasswordFile);
  const database = parseDatabase(env["BERTH_DATABASE"] || file.database || join(state, "berth.db"), passwordFile);
  if (!database) found.wrong(["server", "database"], "is neither a file nor a postgres:// URL", "");
  return {
    listen: listen ?? { kind: "tcp", host: "127.0.0.1", port: 0 },
    database: database?.kind === "postgres" ? database : { kind: "sqlite", path: at(database?.path ?? "berth.db") },
    trustedProxies: file.trustedProxies ?? [],
    logLevel: file.logLevel ?? "info",
    stateDir: state,
    stopMs: msOf(file.stopTimeout, 30_000),
  };
}

// systemd names the folder that it made; root has one place on a machine; everybody else has his own.
function defaultState(env: Environment, user: User): string {
  const made = env["STATE_DIRECTORY"]?.split(":")[0];
  if (made) return made;
  return user.uid === 0 ? "/var/lib/berth" : join(stateDir(env, user), "gateway");
}

function resolveGateway(file: GatewayFile, state: string, around: Surroundings, found: Findings): GatewayConfig {
  const at = (relative: string) => resolve(dirname(around.file), relative);
  const systems = resolveSystems(file, at, found);
  const locations = resolveLocations(file, at, found);
  checkName(file.defaultSystem, systems, ["gateway", "defaultSystem"], "systems", found);
  return {
    systems,
    defaultSystem: file.defaultSystem ?? (systems.size === 1 ? [...systems.keys()][0] : undefined),
    ...locations,
    cacheDir: at(file.cacheDir ?? join(state, "cache")),
    workDir: at(file.workDir ?? join(state, "work")),
    pullUpdateMs: msOf(file.pullUpdate, 5 * MINUTE),
    heartbeatMs: msOf(file.heartbeat, 60 * MINUTE),
    expirationMs: msOf(file.expiration, 90 * DAY),
    keepRecordsMs: msOf(file.keepRecords, 90 * DAY),
    authentication: file.authentication ?? "munge",
    anonymous: file.anonymous ?? false,
    imports: file.imports ?? "none",
    trustImportedSquashfs: file.trustImportedSquashfs ?? false,
    privateDefault: file.privateDefault ?? "owner",
    examiner: file.examiner === undefined ? undefined : at(file.examiner),
    lookupsKept: file.metrics ?? true,
    aclInMeta: file.aclInMeta ?? true,
    labels: file.labels ?? true,
    workers: resolveWorkers(file.workers ?? {}),
    quota: { bytes: bytesOf(file.quota?.bytes), images: file.quota?.images },
    keyFile: at(file.keyFile ?? join(state, "gateway.key")),
  };
}

function resolveWorkers(file: NonNullable<GatewayFile["workers"]>): GatewayConfig["workers"] {
  const jobs = file.jobs ?? 4;
  return {
    jobs,
    jobsPerUser: file.jobsPerUser ?? Math.max(1, Math.ceil(jobs / 2)),
    memoryBytes: bytesOf(file.memory) ?? 4 * GIB,
    tempBytes: bytesOf(file.temp) ?? 100 * GIB,
    attempts: file.attempts ?? 3,
  };
}

function checkName(
  name: string | undefined,
  known: ReadonlyMap<string, unknown>,
  path: Path,
  list: string,
  found: Findings,
): void {
  if (name === undefined || known.has(name)) return;
  found.wrong(path, `names ${name}, which is not among ${list}`, `known: ${[...known.keys()].join(", ")}`);
}
