// What a stack is: the services that somebody wants to run together, with everything an engine must know of them. Plain
// data that survives JSON; made from compose files (../compose), judged by the policy, carried out by a driver. Knows no
// engine and no site. Sizes are bytes, durations milliseconds.

import type { Located } from "../../base/source.ts";

/** A stack as it is wanted. */
export interface StackSpec {
  /** A DNS label. */
  readonly name: string;
  /** What people call it; free text. */
  readonly title?: string | undefined;
  /** Spin's tags: `owner`, `staff-owner`, `group`, `staff-group`, `fqdn`, `requires`, and others. */
  readonly tags: Readonly<Record<string, string>>;
  /** Where the recipe is under version control, as its author says (SCM-01). */
  readonly source?: string | undefined;
  readonly services: readonly ServiceSpec[];
  readonly networks: readonly NetworkSpec[];
  readonly volumes: readonly VolumeSpec[];
  readonly secrets: readonly SecretSpec[];
  readonly configs: readonly ConfigSpec[];
}

/** One service: `replicas` containers of one image. */
export interface ServiceSpec {
  readonly name: string;
  /** As written; resolved to a digest when it is deployed. */
  readonly image: string;
  /** Wanted at deploy although the image is on the engine: Compose's `pull_policy`, Rancher's pull_image label. */
  readonly pull: "missing" | "always" | "never";
  readonly platform?: string | undefined;
  readonly entrypoint?: readonly string[] | undefined;
  readonly command?: readonly string[] | undefined;
  readonly environment: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** `USER[:GROUP]`, names or numbers; undefined: what the image says. */
  readonly user?: string | undefined;
  readonly groups: readonly string[];
  readonly workingDir?: string | undefined;
  readonly hostname?: string | undefined;
  readonly domainname?: string | undefined;
  readonly tty: boolean;
  readonly stdin: boolean;
  /** An init process that reaps children. */
  readonly init: boolean;
  readonly readOnly: boolean;
  /**
   * `service`: runs until it is stopped; `job`: runs to its end when the stack goes up (Compose: restart "no" and others
   * wait for `service_completed_successfully`, or `x-berth: {once: true}`).
   */
  readonly kind: "service" | "job";
  readonly replicas: number;
  readonly restart: RestartSpec;
  readonly stopSignal?: string | undefined;
  readonly stopGraceMs: number;
  readonly dependsOn: readonly Dependency[];
  readonly ports: readonly PortSpec[];
  /** Ports that other services use; documentation. */
  readonly expose: readonly number[];
  readonly mounts: readonly MountSpec[];
  readonly secrets: readonly FileUse[];
  readonly configs: readonly FileUse[];
  readonly networks: readonly NetworkUse[];
  /** `none`, `host`, `service:NAME`; undefined: `networks`. */
  readonly networkMode?: string | undefined;
  readonly extraHosts: readonly { readonly host: string; readonly address: string }[];
  readonly dns: readonly string[];
  readonly dnsSearch: readonly string[];
  readonly dnsOptions: readonly string[];
  readonly health?: HealthSpec | undefined;
  readonly limits: LimitsSpec;
  readonly security: SecuritySpec;
  readonly logging?:
    | { readonly driver?: string | undefined; readonly options: Readonly<Record<string, string>> }
    | undefined;
  readonly update: UpdateSpec;
  readonly routes: readonly RouteSpec[];
  readonly idle?: IdleSpec | undefined;
  /** Rancher's `retain_ip`. */
  readonly retainAddress: boolean;
  /** Declared by the author: who uses it must sign in (VOL-06, VOL-07). */
  readonly authenticated: boolean;
  /** Declared: every write on an external file system can be traced to a person (VOL-07). */
  readonly writeAudit: boolean;
}

export interface RestartSpec {
  readonly when: "no" | "always" | "on-failure" | "unless-stopped";
  readonly attempts?: number | undefined;
}

export interface Dependency {
  readonly service: string;
  readonly condition: "started" | "healthy" | "completed";
  /** False: warn only when it cannot be had. */
  readonly required: boolean;
  /** Restarted when the other is. */
  readonly restart: boolean;
}

export interface PortSpec {
  readonly container: number;
  /** Undefined: the platform picks a free one of an open class; `any`: the engine's random ones are not used. */
  readonly host?: number | undefined;
  readonly address?: string | undefined;
  readonly protocol: "tcp" | "udp";
}

export type MountSpec =
  | {
      readonly kind: "volume";
      readonly volume: string;
      readonly target: string;
      readonly readOnly: boolean;
      readonly subpath?: string | undefined;
      readonly noCopy: boolean;
    }
  | {
      readonly kind: "bind";
      readonly source: string;
      readonly target: string;
      readonly readOnly: boolean;
      readonly propagation?: string | undefined;
      readonly create: boolean;
    }
  | {
      readonly kind: "tmpfs";
      readonly target: string;
      readonly bytes?: number | undefined;
      readonly mode?: number | undefined;
    };

/** A secret or a configuration as a file in a container. */
export interface FileUse {
  /** Key in the stack's `secrets` or `configs`. */
  readonly name: string;
  /** Absolute; a secret's is `/run/secrets/NAME` unless said. */
  readonly target: string;
  readonly uid?: string | undefined;
  readonly gid?: string | undefined;
  readonly mode?: number | undefined;
}

/** Where a secret's value is: berth's store of secrets, under `store`. Never the value. */
export interface SecretSpec {
  readonly name: string;
  /** The full name in the store: `SERVICE.STACK.FILE` or `STACK.FILE`. */
  readonly store: string;
}

export interface ConfigSpec {
  readonly name: string;
  /** Text of the file; what came from a file was read when the recipe was. */
  readonly content: string;
}

export interface NetworkUse {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly ipv4?: string | undefined;
  readonly ipv6?: string | undefined;
  readonly priority?: number | undefined;
}

export interface NetworkSpec {
  readonly name: string;
  readonly external?: string | undefined;
  readonly driver?: string | undefined;
  readonly options: Readonly<Record<string, string>>;
  readonly internal: boolean;
  readonly ipv6: boolean;
  readonly subnets: readonly {
    readonly subnet: string;
    readonly gateway?: string | undefined;
    readonly range?: string | undefined;
  }[];
  readonly labels: Readonly<Record<string, string>>;
}

export interface VolumeSpec {
  readonly name: string;
  /** Name on the engine of one that is not the stack's. */
  readonly external?: string | undefined;
  /** A storage class of the site; undefined: the site's default. */
  readonly storageClass?: string | undefined;
  readonly driver?: string | undefined;
  readonly options: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

export interface HealthSpec {
  /** Undefined: the image's own. Empty: none, although the image has one. */
  readonly test?: readonly string[] | undefined;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly startPeriodMs: number;
  readonly startIntervalMs?: number | undefined;
  readonly retries: number;
  /** Asked by berth from outside, so that the image needs no program for it (`x-berth`). */
  readonly http?: { readonly port: number; readonly path: string } | undefined;
}

export interface LimitsSpec {
  readonly memoryBytes?: number | undefined;
  readonly memoryReservationBytes?: number | undefined;
  /** Memory and swap together; -1: unlimited. */
  readonly memorySwapBytes?: number | undefined;
  readonly cpus?: number | undefined;
  readonly cpuShares?: number | undefined;
  readonly cpuset?: string | undefined;
  readonly pids?: number | undefined;
  readonly shmBytes?: number | undefined;
  readonly oomScoreAdj?: number | undefined;
  readonly ulimits: Readonly<Record<string, { readonly soft: number; readonly hard: number }>>;
  readonly sysctls: Readonly<Record<string, string>>;
}

export interface SecuritySpec {
  readonly privileged: boolean;
  /** Upper case without `CAP_`. */
  readonly capAdd: readonly string[];
  readonly capDrop: readonly string[];
  readonly securityOpt: readonly string[];
  readonly devices: readonly string[];
  /** CDI names and `deploy.resources…devices` of GPUs, as `KIND=NAME`. */
  readonly gpus: readonly string[];
  readonly pid?: string | undefined;
  readonly ipc?: string | undefined;
  readonly uts?: string | undefined;
  readonly usernsMode?: string | undefined;
  readonly cgroup?: string | undefined;
  readonly cgroupParent?: string | undefined;
  readonly runtime?: string | undefined;
  readonly deviceCgroupRules: readonly string[];
}

/** How containers are replaced (Compose `deploy.update_config`, Rancher `upgrade_strategy`, `x-berth.update`). */
export interface UpdateSpec {
  readonly batch: number;
  readonly intervalMs: number;
  readonly startFirst: boolean;
  /** How long a new container is watched before it counts as good. */
  readonly monitorMs: number;
  readonly onFailure: "rollback" | "pause" | "continue";
  /** Old containers are kept, stopped, until somebody confirms. */
  readonly confirm: boolean;
}

/** A way from the proxy to a service (`x-berth.routes`). */
export interface RouteSpec {
  readonly host: string;
  /** Prefix of whole segments; `/` takes everything. */
  readonly path: string;
  /** Port in the container. */
  readonly port: number;
  readonly protocol: "http" | "tcp";
  /** Published port of a TCP route. */
  readonly listen?: number | undefined;
  readonly tls: "redirect" | "both" | "none";
  readonly stripPath: boolean;
  /** Who must be signed in: nobody, anybody of the site, or the owner and his groups. */
  readonly auth: "none" | "user" | "group" | "owner";
  readonly maxBodyBytes?: number | undefined;
  readonly requestsPerSecond?: number | undefined;
  readonly timeoutMs?: number | undefined;
}

/** When nobody uses a service (`x-berth.idle`). */
export interface IdleSpec {
  /** After how long without use. */
  readonly afterMs: number;
  readonly action: "stop" | "pause" | "none";
  /** What counts as use. */
  readonly signals: readonly ("check-in" | "requests" | "connections" | "cpu")[];
  /** Share of one CPU above which it is in use. */
  readonly cpuFloor?: number | undefined;
  /** Hours of the week in which it always runs: `mon-fri 08:00-18:00`. */
  readonly keepWarm: readonly string[];
  readonly wake: boolean;
  /** Who gets a waiting page, is held, or told to come again. */
  readonly wakeWith: "auto" | "page" | "hold" | "retry";
  /** How long a request is held at most. */
  readonly holdMs: number;
  /** Globs of paths and user agents that neither wake nor keep awake. */
  readonly ignorePaths: readonly string[];
  readonly ignoreAgents: readonly string[];
  /** An open connection without bytes for so long no longer counts; undefined: it counts. */
  readonly quietConnectionMs?: number | undefined;
  /** What a report older than two intervals means. */
  readonly unknownMeans: "active" | "idle";
}

/**
 * Where the parts of a spec stand in the recipe, by JSON pointer into the spec (`/services/db/ports/0`, services, volumes …
 * by name). A pointer without entry has the place of its nearest parent.
 */
export type Places = ReadonlyMap<string, Located>;
