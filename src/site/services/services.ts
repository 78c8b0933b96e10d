// The section `services` of site.yaml: containers that run for a long time under the site's rules. Each part has a file of
// its own beside this one; here they are put together.

import { type Static, Type } from "typebox";
import type { Environment } from "../../platform/user.ts";
import type { PolicyConfig } from "../../policy/config.ts";
import type { Path } from "../config-document.ts";
import { type Findings, msOf } from "../findings.ts";
import { about, choice, closed, duration, flag, optional, text } from "../schema-words.ts";
import { ACCOUNTS_SCHEMA, type AccountsConfig, resolveAccounts } from "./accounts.ts";
import { DNS_SCHEMA, type DnsConfig, resolveDns } from "./dns.ts";
import { ENGINE_SCHEMA, type EngineConfig, resolveEngine } from "./engine.ts";
import { IDLE_SCHEMA, type IdleConfig, resolveIdle } from "./idle.ts";
import { LOGS_SCHEMA, type LogsConfig, resolveLogs } from "./logs.ts";
import { POLICY_SCHEMA, resolvePolicy } from "./policy.ts";
import { PROXY_SCHEMA, type ProxyConfig, resolveProxy } from "./proxy.ts";
import { QUOTAS_SCHEMA, type QuotasConfig, resolveQuotas } from "./quotas.ts";
import { REGISTRIES_SCHEMA, type RegistriesConfig, resolveRegistries } from "./registries.ts";

/** What may stand under `services`. */
export const SERVICES_SCHEMA = Type.Object(
  {
    name: optional(
      Type.String({
        pattern: "^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$",
        ...about("which berth made a container: two on one engine need two names", "berth"),
      }),
    ),
    web: flag("serve the pages under /ui/"),
    drain: duration("how long requests under way may take when a container is replaced", "30s"),
    trackUsage: duration("how often the consumption of containers is read; 0: only when somebody looks", "30s"),
    secretKeyFile: text("file with the keys that close secrets", "/etc/berth/secrets.key"),
    tags: choice(
      "what a tag means when a stack is deployed again: what it meant before, or what the engine has under it by now",
      "pinned",
      "as-spin",
    ),
    engine: optional(ENGINE_SCHEMA),
    registries: optional(REGISTRIES_SCHEMA),
    accounts: optional(ACCOUNTS_SCHEMA),
    policy: optional(POLICY_SCHEMA),
    proxy: optional(PROXY_SCHEMA),
    dns: optional(DNS_SCHEMA),
    idle: optional(IDLE_SCHEMA),
    logs: optional(LOGS_SCHEMA),
    quotas: optional(QUOTAS_SCHEMA),
  },
  { ...closed, ...about("stacks of services under the site's rules; left out: none") },
);

export type ServicesFile = Static<typeof SERVICES_SCHEMA>;

/** What services are told, every default filled in. */
export interface ServicesConfig {
  /** In the labels of everything that is made on the engine. */
  readonly name: string;
  readonly web: boolean;
  readonly drainMs: number;
  /** 0: only when somebody looks. */
  readonly trackUsageMs: number;
  readonly secretKeyFile: string;
  /** `as-spin`: deploying again takes the build that the engine has under the tag by then; upgrading asks the registry. */
  readonly tags: "pinned" | "as-spin";
  readonly engine: EngineConfig;
  readonly registries: RegistriesConfig;
  readonly accounts: AccountsConfig;
  readonly policy: PolicyConfig;
  /** What becomes of images that the gateway's verdict refuses; undefined: nothing. */
  readonly verdicts?: "warn" | "enforce" | undefined;
  /** Undefined: berth carries no traffic to services. */
  readonly proxy: ProxyConfig | undefined;
  /** Undefined: services have no names. */
  readonly dns: DnsConfig | undefined;
  readonly idle: IdleConfig;
  readonly logs: LogsConfig;
  readonly quotas: QuotasConfig;
}

/** What the section is completed with. */
export interface ServicesPlace {
  /** Makes paths absolute. */
  readonly at: (relative: string) => string;
  /** Folder of what the server remembers. */
  readonly stateDir: string;
  readonly env: Environment;
  readonly found: Findings;
}

/** Completes and checks the section; undefined stays so. */
export function resolveServices(file: ServicesFile | undefined, around: ServicesPlace): ServicesConfig | undefined {
  if (!file) return undefined;
  const { at, stateDir } = around;
  const place = (part: string) => ({ ...around, path: ["services", part] satisfies Path });
  const dns = resolveDns(file.dns, place("dns"));
  if (file.tags === "as-spin")
    around.found.odd(
      ["services", "tags"],
      "lets a stack have another build than was tried, without anybody upgrading it",
      "leave it out, and a tag keeps its meaning until somebody upgrades",
    );
  return {
    name: file.name ?? "berth",
    web: file.web ?? true,
    drainMs: msOf(file.drain, 30_000),
    trackUsageMs: msOf(file.trackUsage, 30_000),
    secretKeyFile: file.secretKeyFile === undefined ? `${stateDir}/secrets.key` : at(file.secretKeyFile),
    tags: file.tags ?? "pinned",
    engine: resolveEngine(file.engine, place("engine")),
    registries: resolveRegistries(file.registries, place("registries")),
    accounts: resolveAccounts(file.accounts, place("accounts")),
    policy: resolvePolicy(file.policy, { ...place("policy"), dns }),
    ...verdictsOf(file.policy?.verdicts),
    proxy: file.proxy && resolveProxy(file.proxy, place("proxy")),
    dns,
    idle: resolveIdle(file.idle, place("idle")),
    logs: resolveLogs(file.logs, place("logs")),
    quotas: resolveQuotas(file.quotas),
  };
}

function verdictsOf(word: "ignore" | "warn" | "enforce" | undefined): Pick<ServicesConfig, "verdicts"> {
  return word === undefined || word === "ignore" ? {} : { verdicts: word };
}
