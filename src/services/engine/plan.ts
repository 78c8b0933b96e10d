// A container before it is made: everything that somebody above has decided about it. Part of the contract in types.ts.

/** How to find out whether a container is well. `test`: `CMD` and words, or `CMD-SHELL` and one text. */
export interface HealthCheck {
  readonly test: readonly string[];
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly startPeriodMs: number;
  readonly retries: number;
}

/** Everything about a container that is decided before it is made. */
export interface ContainerPlan {
  readonly name: string;
  /** Something the engine has: an id, or `repository@digest`. */
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly entrypoint?: readonly string[] | undefined;
  readonly command?: readonly string[] | undefined;
  readonly env: readonly string[];
  readonly user?: string | undefined;
  readonly groups: readonly string[];
  readonly workingDir?: string | undefined;
  readonly hostname?: string | undefined;
  readonly domainname?: string | undefined;
  readonly tty: boolean;
  readonly stdin: boolean;
  readonly init: boolean;
  readonly readOnly: boolean;
  /** The engine's own restart policy. */
  readonly restart: {
    readonly when: "no" | "always" | "on-failure" | "unless-stopped";
    readonly attempts?: number | undefined;
  };
  readonly stopSignal?: string | undefined;
  readonly stopGraceMs: number;
  /** `host` 0: any free one. */
  readonly ports: readonly {
    readonly container: number;
    readonly protocol: "tcp" | "udp";
    readonly host: number;
    readonly address: string;
  }[];
  readonly expose: readonly string[];
  /** All ports that the image exposes go to free ports of the host (spin-docker). */
  readonly publishAll: boolean;
  readonly mounts: readonly EngineMount[];
  readonly tmpfs: Readonly<Record<string, string>>;
  readonly networks: readonly {
    readonly name: string;
    readonly aliases: readonly string[];
    readonly ipv4?: string | undefined;
    readonly ipv6?: string | undefined;
  }[];
  readonly networkMode?: string | undefined;
  readonly extraHosts: readonly string[];
  readonly dns: readonly string[];
  readonly dnsSearch: readonly string[];
  readonly dnsOptions: readonly string[];
  readonly health?: HealthCheck | undefined;
  readonly capAdd: readonly string[];
  readonly capDrop: readonly string[];
  readonly privileged: boolean;
  readonly securityOpt: readonly string[];
  readonly devices: readonly string[];
  readonly deviceCgroupRules: readonly string[];
  readonly gpus: readonly string[];
  readonly pidMode?: string | undefined;
  readonly ipcMode?: string | undefined;
  readonly utsMode?: string | undefined;
  readonly usernsMode?: string | undefined;
  readonly cgroupParent?: string | undefined;
  readonly runtime?: string | undefined;
  readonly memoryBytes?: number | undefined;
  readonly memoryReservationBytes?: number | undefined;
  readonly memorySwapBytes?: number | undefined;
  readonly cpus?: number | undefined;
  readonly cpuShares?: number | undefined;
  readonly cpuset?: string | undefined;
  readonly pids?: number | undefined;
  readonly shmBytes?: number | undefined;
  readonly oomScoreAdj?: number | undefined;
  readonly ulimits: Readonly<Record<string, { readonly soft: number; readonly hard: number }>>;
  readonly sysctls: Readonly<Record<string, string>>;
  readonly logging?: { readonly driver: string; readonly options: Readonly<Record<string, string>> } | undefined;
}

export type EngineMount =
  | {
      readonly kind: "bind";
      readonly source: string;
      readonly target: string;
      readonly readOnly: boolean;
      readonly propagation?: string | undefined;
    }
  | {
      readonly kind: "volume";
      readonly volume: string;
      readonly target: string;
      readonly readOnly: boolean;
      readonly noCopy: boolean;
      readonly subpath?: string | undefined;
    };
